package decide

import "time"

// visibilityLag is how long after its own timestamp a tracker's change may become visible to us: a step whose
// moment lies within it before the last pass is still new.
const visibilityLag = 2 * time.Minute

// underWay is how long a comment may take from its decision until it stands.
const underWay = 5 * time.Second
