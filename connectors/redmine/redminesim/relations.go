package redminesim

import (
	"net/http"
	"slices"
	"strconv"
)

// mirrored names each kind of relation from its other end. Precedes and follows are not here: they
// move dates of other issues, which nobody has looked at.
var mirrored = map[string]string{
	"relates": "relates", "duplicates": "duplicated", "duplicated": "duplicates", "blocks": "blocked", "blocked": "blocks",
	"copied_to": "copied_from", "copied_from": "copied_to",
}

// stored are the kinds kept as they are; the others are kept the other way round.
var stored = []string{"relates", "duplicates", "blocks", "copied_to"}

func (c *call) listRelations(args []string) reply {
	i, rep, found := c.visibleIssue(args[0])
	if !found {
		return rep
	}
	if !c.st.can(c.user, c.st.project(i.project), "manage_issue_relations") {
		return c.denied()
	}
	out := []Relation{}
	for _, r := range i.relations {
		out = append(out, renderRelation(r))
	}
	return ok(map[string]any{"relations": out})
}

// createRelation joins two issues: both get a journal, neither's updated_on moves.
func (c *call) createRelation(args []string) reply {
	i, rep, found := c.visibleIssue(args[0])
	if !found {
		return rep
	}
	if !c.st.can(c.user, c.st.project(i.project), "manage_issue_relations") {
		return c.denied()
	}
	attrs, rep, fine := c.object("relation")
	if !fine {
		return rep
	}
	kind, _ := asText(attrs["relation_type"])
	if kind == "" {
		kind = "relates"
	}
	to, _ := asInt(attrs["issue_to_id"])
	if kind == "precedes" || kind == "follows" || attrs["delay"] != nil {
		return unmodelled("relations that move dates (%s)", kind)
	}
	o := c.st.issues[to]
	if o == nil || !c.st.sees(c.user, o) {
		return refused(c.fault("issue_to_id", isBlank))
	}
	if errs := c.checkRelation(i, o, kind); len(errs) > 0 {
		return refused(errs...)
	}
	r := c.join(i, o, kind)
	res := created(map[string]any{"relation": renderRelation(r)})
	res.header = map[string]string{"Location": "http://" + c.r.Host + "/relations/" + strconv.Itoa(r.id)}
	return res
}

func (c *call) checkRelation(i, o *issue, kind string) []string {
	var errs []string
	if _, is := mirrored[kind]; !is {
		errs = append(errs, c.say(text{
			"Relation type is not included in the list",
			"Relation type имеет непредусмотренное значение",
		}))
	}
	if related(i.id, o.id, i) {
		errs = append(errs, c.fault("issue_to_id", isTaken))
	}
	if i == o {
		errs = append(errs, c.fault("issue_to_id", isInvalid))
	}
	if i.project != o.project {
		errs = append(errs, c.fault("issue_to_id", otherProj))
	}
	switch {
	case kind == "relates" && related(o.id, i.id, i), kind == "blocks" && c.blocks(o, i), kind == "blocked" &&
		c.blocks(i, o):
		errs = append(errs, c.say(circular))
	}
	if slices.Contains(c.st.under(i), o) || slices.Contains(c.st.under(o), i) {
		errs = append(errs, c.say(descendant))
	}
	if len(errs) == 0 && related(o.id, i.id, i) && !slices.Contains(stored, kind) {
		errs = append(errs, c.say(isTaken))
	}
	return errs
}

func related(from, to int, i *issue) bool {
	return slices.ContainsFunc(i.relations, func(r *relation) bool { return r.from == from && r.to == to })
}

// blocks reports whether one issue blocks another, directly or through others.
func (c *call) blocks(a, b *issue) bool {
	return slices.ContainsFunc(a.relations, func(r *relation) bool {
		if r.kind != "blocks" || r.from != a.id {
			return false
		}
		o := c.st.issues[r.to]
		return o == b || (o != nil && c.blocks(o, b))
	})
}

func (c *call) join(i, o *issue, kind string) *relation {
	r := &relation{from: i.id, to: o.id, kind: kind}
	if !slices.Contains(stored, kind) || (kind == "relates" && r.from > r.to) {
		r.from, r.to, r.kind = o.id, i.id, mirrored[kind]
	}
	r.id = c.st.next("relations")
	c.st.relations = append(c.st.relations, r)
	i.relations = append(i.relations, r)
	o.relations = append(o.relations, r)
	c.recordRelation(r, false)
	return r
}

// recordRelation writes the journals of both ends; each names the kind from its own side.
func (c *call) recordRelation(r *relation, removed bool) {
	for _, end := range []int{r.from, r.to} {
		i := c.st.issues[end]
		if i == nil {
			continue
		}
		kind := r.kind
		if end == r.to {
			kind = mirrored[kind]
		}
		d := detail{property: "relation", name: kind, new: num(r.other(end))}
		if removed {
			d.old, d.new = d.new, nil
		}
		c.record(i, ptr(""), false, []detail{d})
	}
}

func (c *call) findRelation(arg string) *relation {
	id, err := strconv.Atoi(arg)
	if err != nil {
		return nil
	}
	return find(c.st.relations, func(r *relation) bool { return r.id == id })
}

func (c *call) seesRelation(r *relation) bool {
	return c.st.sees(c.user, c.st.issues[r.from]) && c.st.sees(c.user, c.st.issues[r.to])
}

func (c *call) showRelation(args []string) reply {
	r := c.findRelation(args[0])
	switch {
	case r == nil:
		return empty(http.StatusNotFound)
	case !c.seesRelation(r):
		return c.denied()
	}
	return ok(map[string]any{"relation": renderRelation(r)})
}

func (c *call) deleteRelation(args []string) reply {
	r := c.findRelation(args[0])
	if r == nil {
		return empty(http.StatusNotFound)
	}
	may := func(id int) bool {
		return c.st.can(c.user, c.st.project(c.st.issues[id].project), "manage_issue_relations")
	}
	if !c.seesRelation(r) || (!may(r.from) && !may(r.to)) {
		return c.denied()
	}
	c.unlink(r)
	return done()
}

// unlink removes a relation with its journals.
func (c *call) unlink(r *relation) {
	c.dropRelation(r)
	c.recordRelation(r, true)
}

func (c *call) dropRelation(r *relation) {
	is := func(x *relation) bool { return x == r }
	c.st.relations = slices.DeleteFunc(c.st.relations, is)
	for _, end := range []int{r.from, r.to} {
		if i := c.st.issues[end]; i != nil {
			i.relations = slices.DeleteFunc(i.relations, is)
		}
	}
}

// addWatcher answers 204 to a user who is unknown, watches already or cannot see the issue. Watchers
// leave no trace in updated_on or the journals.
func (c *call) addWatcher(args []string) reply {
	i, rep, fine := c.watchable(args[0], "add_issue_watchers")
	if !fine {
		return rep
	}
	if c.body["watcher"] != nil {
		return unmodelled("the long form of adding a watcher")
	}
	id, is := asInt(c.body["user_id"])
	if !is {
		return unmodelled("a user_id of this type")
	}
	if u := c.st.user(id); u != nil && !u.locked && !slices.Contains(i.watchers, id) {
		i.watchers = append(i.watchers, id)
	}
	return done()
}

func (c *call) removeWatcher(args []string) reply {
	i, rep, fine := c.watchable(args[0], "delete_issue_watchers")
	if !fine {
		return rep
	}
	id, err := strconv.Atoi(args[1])
	if err != nil || c.st.user(id) == nil {
		return empty(http.StatusNotFound)
	}
	i.watchers = slices.DeleteFunc(i.watchers, func(x int) bool { return x == id })
	return done()
}

func (c *call) watchable(arg, perm string) (*issue, reply, bool) {
	i, rep, found := c.visibleIssue(arg)
	if !found {
		return nil, rep, false
	}
	if !c.st.can(c.user, c.st.project(i.project), perm) {
		return nil, c.denied(), false
	}
	return i, reply{}, true
}
