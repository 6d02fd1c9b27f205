package outbox

import (
	"context"
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
	proven       map[string]bool     // people who were found to be active in this pass
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

// active asks the tracker, once a pass, whether somebody who is to be assigned is active: it may go on listing among the
// members somebody who was locked since the names were read, and would refuse the whole update. Who is not is ruled out,
// and remembered as locked. Where the tracker does not answer, the update itself will tell.
func (d *desk) active(ctx context.Context, who string) (bool, error) {
	if who == "" || d.proven[who] {
		return true, nil
	}
	active, err := d.tracker.Active(ctx, who)
	if err != nil || active {
		d.proven[who] = active
		return true, nil
	}
	d.unassignable[who] = true
	i := slices.IndexFunc(d.names.People, func(p connectors.Person) bool { return p.ID == who })
	if i < 0 {
		return false, nil
	}
	d.names.People = slices.Clone(d.names.People) // the snapshot's stay as they are
	d.names.People[i].Locked = true
	d.digests = map[string]string{}
	return false, d.mirror.Directory(ctx, d.names)
}

// ruleOutAssignee makes a replan of a refusal that may be for the assignee: someone else, then; nothing of it was
// saved.
func (d *desk) ruleOutAssignee(who string, err error) error {
	if who == "" || connectors.ClassOf(err) != connectors.Refused {
		return err
	}
	d.unassignable[who] = true
	return replan{err}
}
