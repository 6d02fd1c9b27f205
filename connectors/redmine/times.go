package redmine

import "time"

// workTrust is how long an empty list of time entries is believed without checking the permission again.
const workTrust = time.Hour

// followedAge is how long lists believe which projects there are. Whoever reads names lists them anew.
const followedAge = time.Hour
