package redminesim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

// userJSON has every field in Redmine's order; what a given answer does not show is left nil.
type userJSON struct {
	ID           int               `json:"id"`
	Login        string            `json:"login"`
	Admin        *bool             `json:"admin,omitempty"`
	Firstname    string            `json:"firstname"`
	Lastname     string            `json:"lastname"`
	Mail         string            `json:"mail,omitempty"`
	CreatedOn    string            `json:"created_on"`
	UpdatedOn    string            `json:"updated_on,omitempty"`
	LastLoginOn  *nothing          `json:"last_login_on"` // nobody here ever uses the web forms
	PasswdOn     string            `json:"passwd_changed_on,omitempty"`
	APIKey       string            `json:"api_key,omitempty"`
	Status       int               `json:"status,omitempty"`
	CustomFields []FieldValue      `json:"custom_fields,omitempty"`
	Groups       *[]Ref            `json:"groups,omitempty"`
	Memberships  *[]membershipJSON `json:"memberships,omitempty"`
}

// ownUserJSON adds what is shown of oneself and to administrators, null included.
type ownUserJSON struct {
	userJSON
	TwoFA *string `json:"twofa_scheme"`
}

func statusOf(u *user) int {
	if u.locked {
		return 3
	}
	return 1
}

func (c *call) renderUser(u *user) userJSON {
	out := userJSON{
		ID: u.id, Login: u.login, Firstname: u.first, Lastname: u.last, CreatedOn: stamp(u.created),
		UpdatedOn: stamp(u.updated), PasswdOn: stamp(u.created),
	}
	for _, f := range c.st.fields {
		if f.kind == "user" {
			out.CustomFields = append(out.CustomFields, fieldValue(f, u.fields))
		}
	}
	return out
}

// showUser is /users/ID and /users/current. The latter is 401 for nobody, whatever the settings.
func (c *call) showUser(args []string) reply {
	if c.user == nil {
		return unauthorized()
	}
	u := c.user
	if args[0] != "current" {
		id, err := strconv.Atoi(args[0])
		u = c.st.user(id)
		if err != nil || u == nil || !c.st.seesUser(c.user, u, !c.s.before(V60)) {
			return empty(http.StatusNotFound)
		}
	}
	out := c.renderUser(u)
	if c.has("memberships") {
		out.Memberships = ptr(c.memberships(u))
	}
	if !c.user.admin && u != c.user {
		return ok(map[string]any{"user": out})
	}
	out.Admin, out.APIKey = &u.admin, u.key
	if c.user.admin {
		out.Mail, out.Status = mail(u), statusOf(u)
		if c.has("groups") {
			out.Groups = &[]Ref{}
		}
	}
	return ok(map[string]any{"user": ownUserJSON{userJSON: out}})
}

func mail(u *user) string { return u.login + "@lab.invalid" }

// memberships are those in projects that the asker sees, by project.
func (c *call) memberships(u *user) []membershipJSON {
	out := []membershipJSON{}
	for _, p := range c.st.projects {
		if !c.st.seesProject(c.user, p) {
			continue
		}
		for _, m := range c.st.members {
			if m.user == u.id && m.project == p.id {
				out = append(out, c.renderMember(m, false))
			}
		}
	}
	return out
}

func (c *call) showAccount([]string) reply {
	if c.user == nil {
		return unauthorized()
	}
	out := c.renderUser(c.user)
	out.Admin, out.APIKey, out.Mail, out.UpdatedOn, out.PasswdOn = &c.user.admin, c.user.key, mail(c.user), "", ""
	return ok(map[string]any{"user": out})
}

// listUsers lists active users by login; with status=* 6.x lists all of them and 5.0 none at all.
func (c *call) listUsers([]string) reply {
	for _, name := range []string{"name", "group_id", "f[]", "sort", "login", "admin"} {
		if c.query.Has(name) {
			return unmodelled("the filter %s of users", name)
		}
	}
	want := c.query.Get("status")
	all := []*user{}
	for _, u := range c.st.users {
		fits := want == strconv.Itoa(statusOf(u)) || (want == "" && !u.locked) || (want == "*" && !c.s.before(V60))
		if fits {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b *user) int { return cmp.Compare(a.login, b.login) })
	cut, meta := paged(c, all)
	out := struct {
		Users []ownUserJSON `json:"users"`
		page
	}{Users: []ownUserJSON{}, page: meta}
	for _, u := range cut {
		r := c.renderUser(u)
		r.Admin, r.Mail = &u.admin, mail(u)
		if !c.s.before(V60) {
			r.Status = statusOf(u)
		}
		out.Users = append(out.Users, ownUserJSON{userJSON: r})
	}
	return ok(out)
}

// updateUser locks and unlocks; nothing else about a user can be changed here.
func (c *call) updateUser(args []string) reply {
	id, err := strconv.Atoi(args[0])
	u := c.st.user(id)
	if err != nil || u == nil {
		return empty(http.StatusNotFound)
	}
	attrs, rep, fine := c.object("user")
	if !fine {
		return rep
	}
	to, _ := asInt(attrs["status"])
	if len(attrs) != 1 || (to != 1 && to != 3) {
		return unmodelled("changes of a user other than status 1 and 3")
	}
	u.locked, u.updated = to == 3, c.now
	return done()
}
