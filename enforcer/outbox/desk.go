package outbox

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// Mirror is told what was read of the tracker on the way.
type Mirror struct {
	Store     func(ctx context.Context, h connectors.History, at time.Time) error
	Vanished  func(ctx context.Context, issue string, class connectors.Class, at time.Time) error // Gone or Hidden
	Directory func(ctx context.Context, d connectors.Directory) error
}

// desk is the tracker as one pass works with it. What is read goes to the mirror; who cannot be assigned, and what our
// account may do, is known better from request to request.
type desk struct {
	tracker    connectors.Tracker
	connection string
	ledger     *ledger.Ledger
	mirror     Mirror
	now        time.Time        // of the pass
	clock      func() time.Time // the tracker's time when it is called
	report     *Report

	names        connectors.Directory
	self         *connectors.Account // read afresh, once, when something internal is to be written
	digests      map[string]string   // projectDigest by project
	internal     map[string]string   // notInternal by project
	unassignable map[string]bool     // people whom the tracker refused as assignees, or who are not active
	locked       map[string]bool     // people who are not active
	proven       map[string]bool     // people who were found to be active in this pass
	left         map[string]leftOut  // by issue
	added        map[string][]string // who was made a watcher of which issue in this pass
}

// silent reports whether the tracker takes an update whole and may leave fields of it alone in silence.
func (d *desk) silent() bool {
	caps := d.tracker.Capabilities()
	return caps.SilentRefusals && caps.AtomicUpdate
}

// read reads an issue. there is false when it is gone or hidden; the mirror learns either.
func (d *desk) read(ctx context.Context, issue string, at time.Time) (h connectors.History, there bool, err error) {
	h, err = d.tracker.History(ctx, issue)
	switch class := connectors.ClassOf(err); {
	case class == connectors.Gone, class == connectors.Hidden:
		return h, false, d.mirror.Vanished(ctx, issue, class, d.now)
	case err != nil:
		return h, false, err
	}
	return h, true, d.mirror.Store(ctx, h, at)
}

// readBack reads an issue after a write. That it is gone is an error like any other.
func (d *desk) readBack(ctx context.Context, issue string) (connectors.History, error) {
	h, err := d.tracker.History(ctx, issue)
	if err == nil {
		err = d.mirror.Store(ctx, h, d.clock())
	}
	return h, err
}

// active asks the tracker, once a pass, whether somebody who is to be assigned or to watch is active: it may go on
// listing among the members somebody who was locked since the names were read, and would refuse the whole update, or
// leave a watcher out in silence. Who is not is ruled out, and remembered as locked. Where the tracker does not answer,
// the update itself will tell. A group is no account that could be locked.
func (d *desk) active(ctx context.Context, who string) (bool, error) {
	i := slices.IndexFunc(d.names.People, func(p connectors.Person) bool { return p.ID == who })
	if who == "" || d.proven[who] || i >= 0 && d.names.People[i].Group {
		return true, nil
	}
	active, err := d.tracker.Active(ctx, who)
	if err != nil || active {
		d.proven[who] = active
		return true, nil
	}
	d.unassignable[who], d.locked[who] = true, true
	if i < 0 {
		return false, nil
	}
	d.names.People = slices.Clone(d.names.People) // the snapshot's stay as they are
	d.names.People[i].Locked = true
	d.digests = map[string]string{}
	return false, d.mirror.Directory(ctx, d.names)
}

// ruleOutAssignee makes a replan of the refusal of a new issue that may be for the assignee: someone else, then;
// nothing of it was saved.
func (d *desk) ruleOutAssignee(who string, err error) error {
	var e *connectors.Error
	if who == "" || !errors.As(err, &e) || e.Class != connectors.Refused || e.Doubtful ||
		len(e.Fields) > 0 && !slices.ContainsFunc(e.Fields, func(f connectors.RefusedField) bool {
			return f.Field == connectors.FieldAssignee
		}) {
		return err
	}
	d.unassignable[who] = true
	return replan{err}
}

// replanned turns the refusal of a field that steps ask for into a replan: the comment mentions the field, so the rest
// must be rendered anew. After a refused person the next one is tried; a refused field is left out. If the tracker
// names no field, both are left out once; if the rest is refused as well, neither was the cause. A doubtful no is about
// no field, and nothing is sent after it.
func (d *desk) replanned(w connectors.Write, err error) error {
	var e *connectors.Error
	if !errors.As(err, &e) || e.Class != connectors.Refused || e.Doubtful {
		return err
	}
	left := d.left[w.Issue]
	if left.guessed {
		delete(d.left, w.Issue)
		return err
	}
	named := refusedFields(w, err)
	if f, ok := named[connectors.FieldAssignee]; ok && !f.Unsettable && assigned(w) != "" {
		d.unassignable[assigned(w)] = true
		return replan{err}
	}
	left.words = maps.Clone(left.words)
	if left.words == nil {
		left.words = map[string]string{}
	}
	var fields []string
	for _, field := range undoable {
		f, refused := named[field]
		if guess := len(e.Fields) == 0 && w.Sets(field); guess {
			left.guessed, refused, f.Words = true, true, e.Error()
		}
		if refused {
			left.words[field] = f.Words
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 || !w.Without(fields...).HasUpdate() {
		return err
	}
	d.left[w.Issue] = left
	return replan{err}
}
