package jirasim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// leads returns the statuses to which a user may move an issue: all of them, except that only managers may set or leave
// Frozen.
func (c *call) leads(i *issue) []status {
	if !c.may(c.user, i.project, "TRANSITION_ISSUES") {
		return nil
	}
	manager := c.may(c.user, i.project, "ADMINISTER_PROJECTS") && slices.Contains(i.project.rolesOf(c.user), "Manager") ||
		c.user.admin
	frozen := c.st.statusBy("Frozen").id
	if i.status == frozen && !manager {
		return nil
	}
	var out []status
	for _, s := range c.st.statuses {
		if s.id != i.status && (s.id != frozen || manager) {
			out = append(out, s)
		}
	}
	return out
}

// asks reports whether the transition to a status asks for a resolution. Only the one to Rejected does.
func asks(s status) bool { return s.name == "Rejected" }

func (c *call) transitions(i *issue, fields bool) []any {
	out := []any{}
	for n, s := range c.leads(i) {
		o := obj{
			"id": transitionID(c.st, s), "name": "to " + s.name, "to": c.status(s.id), "hasScreen": asks(s),
			"isGlobal": n >= 0,
		}
		if fields {
			o["fields"] = obj{}
			if asks(s) {
				o["fields"] = obj{"resolution": obj{
					"required": true, "name": "Resolution", "key": "resolution", "hasDefaultValue": false,
					"operations": []string{"set"},
					"schema":     obj{"type": "resolution", "system": "resolution"}, "allowedValues": allowed(),
				}}
			}
		}
		out = append(out, o)
	}
	return out
}

func allowed() []any {
	var out []any
	for n, name := range resolutions {
		out = append(out, obj{"id": strconv.Itoa(10000 + n), "name": name})
	}
	return out
}

func transitionID(st *store, s status) string {
	return strconv.Itoa(11 + 10*slices.Index(st.statuses, s))
}

func (c *call) transit(i *issue) reply {
	var b body
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	if b.Update != nil {
		return unmodelled("comments in a transition")
	}
	for _, s := range c.leads(i) {
		if b.Transition == nil || transitionID(c.st, s) != b.Transition.ID {
			continue
		}
		given, rep := resolutionIn(s, b.Fields)
		if rep.status != 0 {
			return rep
		}
		c.bring(i, s.id, given, c.user)
		return noContent
	}
	return bad("It seems that you have tried to perform a workflow operation that is not valid for the current state " +
		"of this issue.")
}

// resolutions are those that the form on the way to Rejected offers.
var resolutions = []string{"Done", "Won't Do", "Duplicate"}

// resolutionIn returns the resolution that was chosen in the form of a transition.
func resolutionIn(s status, fields map[string]json.RawMessage) (string, reply) {
	for name := range fields {
		if name != "resolution" || !asks(s) {
			return "", offScreen(name)
		}
	}
	if !asks(s) {
		return "", reply{}
	}
	var given struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(fields["resolution"], &given) != nil || given.Name == "" {
		return "", badField("resolution", "Resolution is required.")
	}
	if !slices.Contains(resolutions, given.Name) {
		return "", badField("resolution", "Resolution name '"+given.Name+"' is not valid")
	}
	return given.Name, reply{}
}

// bring sets the status of an issue. A status of the category done also resolves it, as Done unless the form says
// otherwise.
func (c *call) bring(i *issue, status, resolution string, by *user) {
	after := *i
	after.status, after.resolution = status, ""
	if c.st.statusBy(status).category == "done" {
		after.resolution = cmp.Or(c.st.overrules, resolution, "Done")
	}
	c.save(i, &after, by, c.now)
}

func (c *call) watch(i *issue) reply {
	if c.r.Method == http.MethodGet {
		list := []any{}
		if c.may(c.user, i.project, "VIEW_VOTERS_AND_WATCHERS") {
			for _, u := range i.watchers {
				list = append(list, c.person(u))
			}
		} else if slices.Contains(i.watchers, c.user) {
			list = append(list, c.person(c.user))
		}
		return ok(obj{
			"self": base + "/issue/" + i.key + "/watchers", "isWatching": slices.Contains(i.watchers, c.user),
			"watchCount": len(i.watchers), "watchers": list,
		})
	}
	var who string
	if json.Unmarshal(c.body, &who) != nil {
		return bad("a name was expected")
	}
	u, known := find(c.st.users, func(u *user) bool {
		return c.opt.Cloud && u.account == who || !c.opt.Cloud &&
			u.login == who
	})
	switch {
	case !c.may(c.user, i.project, "MANAGE_WATCHERS"):
		return refuse(http.StatusUnauthorized, []string{"You do not have the permission to manage the watcher list."}, nil)
	case !known || !c.may(u, i.project, "BROWSE_PROJECTS"):
		return bad("The user \"%s\" does not have permission to view this issue. This user will not be added to the "+
			"watch list.", who)
	}
	if !slices.Contains(i.watchers, u) {
		i.watchers = append(i.watchers, u)
	}
	return noContent
}
