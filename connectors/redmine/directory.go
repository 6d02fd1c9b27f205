package redmine

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	goredmine "github.com/mattn/go-redmine"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// directory reads the names behind the ids.
type directory struct{ *site }

// maxPages bounds the small lists: a tracker that gives full pages without end is broken.
const maxPages = 500

// Directory implements connectors.Tracker. Redmine keeps users, groups and custom fields from all but its
// administrators, so people are those of the projects we are members of, with the login of nobody but ourselves,
// and fields are those seen on the newest hundred issues and, from 6.0 on, those the projects name.
func (dir *directory) Directory(ctx context.Context) (connectors.Directory, error) {
	d := connectors.Directory{}
	var err error
	if d.Self, err = dir.Self(ctx); err != nil {
		return connectors.Directory{}, err
	}
	steps := []func(context.Context, *connectors.Directory) error{
		dir.readStatuses, dir.readRoles, dir.readPriorities, dir.readTypes, dir.readActivities, dir.readProjects,
		dir.readProjectDetails, dir.readMembers,
	}
	for _, step := range steps {
		if err := step(ctx, &d); err != nil {
			return connectors.Directory{}, err
		}
	}
	d.ReadAt = dir.client.Now().UTC()
	return d, nil
}

func (dir *directory) readStatuses(ctx context.Context, d *connectors.Directory) error {
	c := dir.client.Call(ctx, message.Of("list statuses"), rest.Elsewhere)
	list, err := dir.library(c).IssueStatuses()
	for _, s := range list {
		d.Statuses = append(d.Statuses, connectors.Status{ID: strconv.Itoa(s.Id), Name: s.Name, Closed: s.IsClosed})
	}
	return notEmpty(c, len(list), err)
}

func (dir *directory) readRoles(ctx context.Context, d *connectors.Directory) error {
	c := dir.client.Call(ctx, message.Of("list roles"), rest.Elsewhere)
	list, err := dir.library(c).Roles()
	for _, r := range list {
		d.Roles = append(d.Roles, connectors.Named{ID: strconv.Itoa(r.Id), Name: r.Name})
	}
	return notEmpty(c, len(list), err)
}

// notEmpty rejects an empty list that every Redmine in use fills, because go-redmine takes {} for an empty one.
func notEmpty(c *rest.Call, entries int, err error) error {
	if err == nil && entries == 0 {
		err = c.Garbled(0, message.New("the tracker returned an empty list"))
	}
	return c.AsError(err)
}

// readPriorities takes the order of the list for the rank: Redmine lists by position.
func (dir *directory) readPriorities(ctx context.Context, d *connectors.Directory) error {
	c := dir.client.Call(ctx, message.Of("list priorities"), rest.Elsewhere)
	list, err := paged[priority](c, "/enumerations/issue_priorities.json", nil, "issue_priorities")
	for rank, p := range list {
		d.Priorities = append(d.Priorities, connectors.Priority{
			ID: strconv.Itoa(p.Id), Name: p.Name, Rank: rank, Inactive: p.Active != nil && !*p.Active,
		})
	}
	return notEmpty(c, len(list), err)
}

// readTypes does without go-redmine: its Trackers goes past the client it is given.
func (dir *directory) readTypes(ctx context.Context, d *connectors.Directory) (err error) {
	c := dir.client.Call(ctx, message.Of("list trackers"), rest.Elsewhere)
	d.Types, err = namesOf(c, "/trackers.json", "trackers")
	return notEmpty(c, len(d.Types), err)
}

// readActivities reads the kinds of work that every project has, the inactive ones too: old entries carry them.
func (dir *directory) readActivities(ctx context.Context, d *connectors.Directory) (err error) {
	c := dir.client.Call(ctx, message.Of("list activities"), rest.Elsewhere)
	d.Activities, err = namesOf(c, "/enumerations/time_entry_activities.json", "time_entry_activities")
	return err
}

func namesOf(c *rest.Call, path, key string) ([]connectors.Named, error) {
	list, err := paged[named](c, path, nil, key)
	var out []connectors.Named
	for _, n := range list {
		out = append(out, connectors.Named{ID: string(n.ID), Name: n.Name})
	}
	return out, err
}

func (dir *directory) readProjects(ctx context.Context, d *connectors.Directory) (err error) {
	if d.Projects, err = dir.projects(ctx); err == nil && len(d.Projects) == 0 {
		return dir.noProject(ctx, d.Self)
	}
	return err
}

// noProject makes sure that there are no projects for us, where a list has none: every one that we are a member of must
// then be archived or gone.
func (dir *directory) noProject(ctx context.Context, self connectors.Account) error {
	for _, r := range self.Rights {
		c := dir.client.Call(ctx, message.Of("read project %s", r.Project), rest.AtIssue)
		_, err := c.Do("GET", "/projects/"+r.Project+".json", nil, nil)
		switch connectors.ClassOf(err) {
		case 0:
			return c.Garbled(0, message.New("the list of projects lacks it"))
		case connectors.Gone, connectors.Hidden:
		default:
			return err
		}
	}
	return nil
}

// projectDetails is what a project says of itself beyond the list.
type projectDetails struct {
	Fields     []customField `json:"issue_custom_fields"` // from 6.0 on
	Activities []named       `json:"time_entry_activities"`
}

// readProjectDetails collects custom fields from issues and from what our projects say, and the activities that
// projects have of their own: one that a project changed has another number there, under the same name.
func (dir *directory) readProjectDetails(ctx context.Context, d *connectors.Directory) error {
	seen, err := dir.seenFields(ctx)
	if err != nil {
		return err
	}
	activities := map[connectors.Named]bool{}
	for _, n := range d.Activities {
		activities[n] = true
	}
	var mu sync.Mutex
	err = dir.eachProject(ctx, d, func(ctx context.Context, p string) error {
		var answer struct {
			Project projectDetails `json:"project"`
		}
		c := dir.client.Call(ctx, message.Of("list custom fields and activities of project %s", p), rest.Elsewhere)
		include := url.Values{"include": {"issue_custom_fields,time_entry_activities"}}
		if _, err := c.Get("/projects/"+p+".json", include, &answer); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, f := range answer.Project.Fields {
			if _, ok := seen[f.ID]; !ok && f.ID != "" { // the project does not say whether a field is multiple
				seen[f.ID] = f
			}
		}
		for _, a := range answer.Project.Activities {
			activities[connectors.Named{ID: string(a.ID), Name: a.Name}] = true
		}
		return nil
	})
	for _, f := range seen {
		d.Fields = append(d.Fields, connectors.Field{
			ID: connectors.CustomField(string(f.ID)), Name: f.Name, Multiple: f.Multiple,
		})
	}
	slices.SortFunc(d.Fields, func(a, b connectors.Field) int { return byID(a.ID[len("cf:"):], b.ID[len("cf:"):]) })
	d.Activities = slices.SortedFunc(maps.Keys(activities), func(a, b connectors.Named) int { return byID(a.ID, b.ID) })
	return err
}

// seenFields are the custom fields on the newest issues: by their changes or, where that list is empty and may not be
// true, by their numbers.
func (dir *directory) seenFields(ctx context.Context) (map[id]customField, error) {
	seen := map[id]customField{}
	sc, nothing, err := dir.scope(ctx)
	if err != nil || nothing {
		return seen, err
	}
	for _, order := range []string{"updated_on:desc,id:desc", "id:desc"} {
		c := dir.client.Call(ctx, message.Of("list custom fields"), rest.Elsewhere)
		body, err := c.Do("GET", "/issues.json", sc.narrow(url.Values{
			"status_id": {"*"}, "limit": {strconv.Itoa(pageSize)}, "sort": {order},
		}), nil)
		if err != nil {
			return nil, err
		}
		if err := collectFields(body, seen); err != nil {
			return nil, c.Garbled(0, err)
		}
		if len(seen) > 0 {
			break
		}
	}
	return seen, nil
}

func collectFields(body []byte, seen map[id]customField) error {
	if _, err := decodeList(body); err != nil {
		return err
	}
	var w struct {
		Issues []struct {
			CustomFields json.RawMessage `json:"custom_fields"`
		} `json:"issues"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return err
	}
	for _, i := range w.Issues {
		var fields []customField
		_ = json.Unmarshal(i.CustomFields, &fields) // of an issue that has none, or none that can be read, there are none
		for _, f := range fields {
			if f.ID != "" {
				seen[f.ID] = f
			}
		}
	}
	return nil
}

// readMembers reads the members of every project where we may: those we are a member of, all for an administrator. A
// list of members that lacks ourselves is not a true one; believed, it would leave nobody to give an issue to.
func (dir *directory) readMembers(ctx context.Context, d *connectors.Directory) error {
	people := map[string]*connectors.Person{}
	var mu sync.Mutex
	err := dir.eachProject(ctx, d, func(ctx context.Context, p string) error {
		c := dir.client.Call(ctx, message.Of("list members of project %s", p), rest.Elsewhere)
		list, err := paged[membership](c, "/projects/"+p+"/memberships.json", url.Values{}, "memberships")
		if err != nil {
			return err
		}
		ourselves := func(m membership) bool { return strconv.Itoa(m.User.Id) == d.Self.ID }
		if !d.Self.Admin && !slices.ContainsFunc(list, ourselves) {
			return c.Garbled(0, message.New("our own account is not among them"))
		}
		mu.Lock()
		defer mu.Unlock()
		for _, m := range list {
			addMember(people, p, m)
		}
		return nil
	})
	if err == nil {
		err = dir.readNamed(ctx, people)
	}
	if me, ok := people[d.Self.ID]; ok {
		me.Login = d.Self.Login
	}
	for _, p := range people {
		d.People = append(d.People, *p)
	}
	slices.SortFunc(d.People, func(a, b connectors.Person) int { return byID(a.ID, b.ID) })
	return err
}

// readNamed reads the people whom the configuration names by id and no list of members has.
func (dir *directory) readNamed(ctx context.Context, people map[string]*connectors.Person) error {
	for _, who := range dir.client.People {
		c := dir.client.Call(ctx, message.Of("ask who user %s is", who), rest.AtIssue)
		if _, known := people[who]; known || c.CheckID(who) != nil {
			continue
		}
		var answer struct {
			User struct {
				ID    id     `json:"id"`
				First string `json:"firstname"`
				Last  string `json:"lastname"`
			} `json:"user"`
		}
		_, err := c.Get("/users/"+who+".json", nil, &answer)
		switch connectors.ClassOf(err) {
		case 0:
		case connectors.Gone, connectors.Hidden: // nobody, or nobody that we may see: the mapping says so
			continue
		default:
			return err
		}
		if u := answer.User; string(u.ID) == who {
			name := strings.TrimSpace(u.First + " " + u.Last)
			people[who] = &connectors.Person{ID: who, Name: name, Roles: map[string][]string{}}
		}
	}
	return nil
}

func addMember(people map[string]*connectors.Person, project string, m membership) {
	who, group := m.User, false
	if m.Group != nil {
		who, group = *m.Group, true
	}
	if who.Id == 0 {
		return
	}
	n := strconv.Itoa(who.Id)
	p, ok := people[n]
	if !ok {
		p = &connectors.Person{ID: n, Name: who.Name, Group: group, Roles: map[string][]string{}}
		people[n] = p
	}
	p.Roles[project] = roleNames(m)
}

// eachProject runs do for every project of the scope whose insides we may read, several at a time.
func (dir *directory) eachProject(ctx context.Context, d *connectors.Directory,
	do func(context.Context, string) error,
) error {
	var open []string
	for _, p := range dir.client.Scope.Of(d.Projects) { // an archived one, which may be among our memberships, is not
		member := func(r connectors.ProjectRights) bool { return r.Project == p.ID }
		if d.Self.Admin || slices.ContainsFunc(d.Self.Rights, member) {
			open = append(open, p.ID)
		}
	}
	return dir.client.Each(ctx, len(open), func(ctx context.Context, i int) error { return do(ctx, open[i]) })
}

// paged reads a list to its end by offset; without a query it is one that Redmine gives whole. These lists hardly ever
// change, and what moves between two pages is read again with the next directory.
func paged[T any](c *rest.Call, path string, query url.Values, key string) ([]T, error) {
	var all []T
	for range maxPages {
		if query != nil {
			query.Set("limit", strconv.Itoa(pageSize))
			query.Set("offset", strconv.Itoa(len(all)))
		}
		body, err := c.Do("GET", path, query, nil)
		if err != nil {
			return nil, err
		}
		list, total, err := decodePage[T](body, key)
		if err != nil {
			return nil, c.Garbled(0, err)
		}
		all = append(all, list...)
		if query == nil || len(list) == 0 || len(all) >= total {
			return all, nil
		}
	}
	return nil, c.Garbled(0, message.Errorf("no end after %d pages", maxPages))
}

func decodePage[T any](body []byte, key string) (list []T, total int, err error) {
	var page map[string]json.RawMessage
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, 0, err
	}
	if err := json.Unmarshal(page[key], &list); err != nil {
		return nil, 0, message.Errorf("%s: %w", key, err)
	}
	if n, ok := page["total_count"]; ok {
		err = json.Unmarshal(n, &total)
	}
	return list, total, err
}

// byID orders ids as the numbers they are.
func byID(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// library is go-redmine for one call, its requests going through our own round tripper. A client per call,
// because the library has neither context nor typed errors, and keeps limit and offset in the client.
func (dir *directory) library(c *rest.Call) *goredmine.Client {
	lib := goredmine.NewClient(dir.client.Base.String(), "")
	lib.Client = &http.Client{Transport: c}
	lib.Limit = pageSize
	return lib
}
