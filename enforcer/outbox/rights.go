package outbox

import (
	"context"

	"slabridge/config/message"
	"slabridge/connectors"
)

// LacksRight is the permission for want of which an account may not do something in a project, "" when it may.
func LacksRight(
	caps connectors.Capabilities, self connectors.Account, right connectors.Right, project string,
) (permission string) {
	for _, p := range caps.Permissions[right] {
		if !self.Has(project, p) {
			return p
		}
	}
	return ""
}

// NotInternal is why a comment by the account in the project would not stay internal, "" when it would.
func NotInternal(caps connectors.Capabilities, self connectors.Account, project string) string {
	if !caps.InternalNotes {
		return message.Text("the tracker keeps no comment from customers")
	}
	if p := LacksRight(caps, self, connectors.WriteInternal, project); p != "" {
		return message.Text("our account lacks the right \"%s\" (%s) in this project: the comment would be public, or "+
			"could not be read back", caps.Title(p), p)
	}
	return ""
}

// notInternal is why a comment of ours in the project would not stay internal, as far as our rights are known.
func (d *desk) notInternal(project string) string {
	why, known := d.internal[project]
	if !known {
		why = NotInternal(d.tracker.Capabilities(), d.names.Self, project)
		d.internal[project] = why
	}
	return why
}

// refuseInternal is why a write must not even be tried: an internal comment by an account that cannot keep it internal
// becomes public (Redmine posts it and says 204). Our rights are read afresh for it, once a pass, and kept among the
// tracker's names when one is missing: by them later passes see whether it is there again.
func (d *desk) refuseInternal(ctx context.Context, w connectors.Write, project string) (why string, err error) {
	if w.Comment == nil || !w.Comment.Internal {
		return "", nil
	}
	if d.self == nil {
		a, err := d.tracker.Self(ctx)
		if err != nil {
			return "", err
		}
		d.self = &a
	}
	why = NotInternal(d.tracker.Capabilities(), *d.self, project)
	if why == "" {
		return "", nil
	}
	d.names.Self, d.digests, d.internal = *d.self, map[string]string{}, map[string]string{}
	return why, d.mirror.Directory(ctx, d.names)
}
