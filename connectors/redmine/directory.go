package redmine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// maxPages bounds the small lists: a tracker that gives full pages without end is broken.
const maxPages = 500

// Directory implements connectors.Tracker. Redmine keeps users, groups and custom fields from all but its
// administrators, so people are those of the projects we are members of, with the login of nobody but ourselves,
// and fields are those seen on the newest hundred issues and, from 6.0 on, those the projects name.
func (t *Tracker) Directory(ctx context.Context) (connectors.Directory, error) {
	d := connectors.Directory{}
	var err error
	if d.Self, err = t.Self(ctx); err != nil {
		return connectors.Directory{}, err
	}
	steps := []func(context.Context, *connectors.Directory) error{
		t.readStatuses, t.readRoles, t.readPriorities, t.readTypes, t.readActivities, t.readProjects, t.readProjectDetails, t.readMembers,
	}
	for _, step := range steps {
		if err := step(ctx, &d); err != nil {
			return connectors.Directory{}, err
		}
	}
	d.ReadAt = t.client.Now().UTC()
	return d, nil
}

func (t *Tracker) readStatuses(ctx context.Context, d *connectors.Directory) error {
	c := t.client.Call(ctx, "list statuses", rest.Elsewhere)
	list, err := t.library(c).IssueStatuses()
	if err != nil {
		return c.AsError(err)
	}
	if len(list) == 0 {
		return c.Garbled(0, errors.New("no statuses: no Redmine is without")) // go-redmine takes {} for an empty list
	}
	for _, s := range list {
		d.Statuses = append(d.Statuses, connectors.Status{ID: strconv.Itoa(s.Id), Name: s.Name, Closed: s.IsClosed})
	}
	return nil
}

func (t *Tracker) readRoles(ctx context.Context, d *connectors.Directory) error {
	c := t.client.Call(ctx, "list roles", rest.Elsewhere)
	list, err := t.library(c).Roles()
	if err != nil {
		return c.AsError(err)
	}
	if len(list) == 0 {
		return c.Garbled(0, errors.New("no roles: no Redmine is without"))
	}
	for _, r := range list {
		d.Roles = append(d.Roles, connectors.Named{ID: strconv.Itoa(r.Id), Name: r.Name})
	}
	return nil
}

// readPriorities takes the order of the list for the rank: Redmine lists by position.
func (t *Tracker) readPriorities(ctx context.Context, d *connectors.Directory) error {
	var answer struct {
		List []priority `json:"issue_priorities"`
	}
	c := t.client.Call(ctx, "list priorities", rest.Elsewhere)
	if _, err := c.Get("/enumerations/issue_priorities.json", nil, &answer); err != nil {
		return err
	}
	if len(answer.List) == 0 {
		return c.Garbled(0, errors.New("no priorities: no Redmine is without"))
	}
	for rank, p := range answer.List {
		d.Priorities = append(d.Priorities, connectors.Priority{
			ID: strconv.Itoa(p.Id), Name: p.Name, Rank: rank, Inactive: p.Active != nil && !*p.Active,
		})
	}
	return nil
}

// readTypes does without go-redmine: its Trackers goes past the client it is given.
func (t *Tracker) readTypes(ctx context.Context, d *connectors.Directory) error {
	var answer struct {
		List []named `json:"trackers"`
	}
	c := t.client.Call(ctx, "list trackers", rest.Elsewhere)
	if _, err := c.Get("/trackers.json", nil, &answer); err != nil {
		return err
	}
	if len(answer.List) == 0 {
		return c.Garbled(0, errors.New("no trackers: no Redmine with issues is without"))
	}
	for _, n := range answer.List {
		d.Types = append(d.Types, connectors.Named{ID: string(n.ID), Name: n.Name})
	}
	return nil
}

// readActivities reads the kinds of work that every project has, the inactive ones too: old entries carry them.
func (t *Tracker) readActivities(ctx context.Context, d *connectors.Directory) error {
	var answer struct {
		List []named `json:"time_entry_activities"`
	}
	if _, err := t.client.Call(ctx, "list activities", rest.Elsewhere).Get("/enumerations/time_entry_activities.json", nil, &answer); err != nil {
		return err
	}
	for _, n := range answer.List {
		d.Activities = append(d.Activities, connectors.Named{ID: string(n.ID), Name: n.Name})
	}
	return nil
}

// readProjects asks for closed projects too, which Redmine leaves out unless told.
func (t *Tracker) readProjects(ctx context.Context, d *connectors.Directory) error {
	c := t.client.Call(ctx, "list projects", rest.Elsewhere)
	list, err := paged[project](c, "/projects.json", url.Values{"status": {"1|5"}}, "projects")
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if err := t.noProject(ctx, d.Self); err != nil {
			return err
		}
	}
	for _, p := range list {
		out := connectors.Project{ID: strconv.Itoa(p.Id), Key: p.Identifier, Name: p.Name, Closed: p.Status == projectClosed}
		if p.Parent.Id != 0 {
			out.Parent = strconv.Itoa(p.Parent.Id)
		}
		d.Projects = append(d.Projects, out)
	}
	return nil
}

// noProject makes sure that there are no projects for us, where a list has none: every one that we are a member of must
// then be archived or gone.
func (t *Tracker) noProject(ctx context.Context, self connectors.Account) error {
	for _, r := range self.Rights {
		c := t.client.Call(ctx, "read project "+r.Project, rest.AtIssue)
		_, err := c.Do("GET", "/projects/"+r.Project+".json", nil, nil)
		switch connectors.ClassOf(err) {
		case 0:
			return c.Garbled(0, errors.New("the list of projects lacks it"))
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
func (t *Tracker) readProjectDetails(ctx context.Context, d *connectors.Directory) error {
	seen, err := t.seenFields(ctx)
	if err != nil {
		return err
	}
	activities := map[connectors.Named]bool{}
	for _, n := range d.Activities {
		activities[n] = true
	}
	var mu sync.Mutex
	err = t.eachProject(ctx, d, func(ctx context.Context, p string) error {
		var answer struct {
			Project projectDetails `json:"project"`
		}
		c := t.client.Call(ctx, "list custom fields and activities of project "+p, rest.Elsewhere)
		include := url.Values{"include": {"issue_custom_fields,time_entry_activities"}}
		if _, err := c.Get("/projects/"+p+".json", include, &answer); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, f := range answer.Project.Fields {
			if _, ok := seen[f.ID]; !ok { // the project does not say whether a field is multiple
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
func (t *Tracker) seenFields(ctx context.Context) (map[id]customField, error) {
	seen := map[id]customField{}
	for _, order := range []string{"updated_on:desc,id:desc", "id:desc"} {
		c := t.client.Call(ctx, "list custom fields", rest.Elsewhere)
		body, err := c.Do("GET", "/issues.json", url.Values{"status_id": {"*"}, "limit": {strconv.Itoa(pageSize)}, "sort": {order}}, nil)
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
	w, err := decodeList(body)
	if err != nil {
		return err
	}
	for _, i := range w.Issues {
		for _, f := range i.CustomFields {
			seen[f.ID] = f
		}
	}
	return nil
}

// readMembers reads the members of every project where we may: those we are a member of, all for an administrator. A list
// of members that lacks ourselves is not a true one; believed, it would leave nobody to give an issue to.
func (t *Tracker) readMembers(ctx context.Context, d *connectors.Directory) error {
	people := map[string]*connectors.Person{}
	var mu sync.Mutex
	err := t.eachProject(ctx, d, func(ctx context.Context, p string) error {
		c := t.client.Call(ctx, "list members of project "+p, rest.Elsewhere)
		list, err := paged[membership](c, "/projects/"+p+"/memberships.json", url.Values{}, "memberships")
		if err != nil {
			return err
		}
		ourselves := func(m membership) bool { return strconv.Itoa(m.User.Id) == d.Self.ID }
		if !d.Self.Admin && !slices.ContainsFunc(list, ourselves) {
			return c.Garbled(0, errors.New("our own account is not among them"))
		}
		mu.Lock()
		defer mu.Unlock()
		for _, m := range list {
			addMember(people, p, m)
		}
		return nil
	})
	if me, ok := people[d.Self.ID]; ok {
		me.Login = d.Self.Login
	}
	for _, p := range people {
		d.People = append(d.People, *p)
	}
	slices.SortFunc(d.People, func(a, b connectors.Person) int { return byID(a.ID, b.ID) })
	return err
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

// eachProject runs do for every project whose insides we may read, several at a time.
func (t *Tracker) eachProject(ctx context.Context, d *connectors.Directory, do func(context.Context, string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.client.Concurrency)
	if d.Self.Admin {
		for _, p := range d.Projects {
			g.Go(func() error { return do(ctx, p.ID) })
		}
		return g.Wait()
	}
	for _, r := range d.Self.Rights {
		// An archived project is still among our memberships, but no longer among the projects.
		if slices.ContainsFunc(d.Projects, func(p connectors.Project) bool { return p.ID == r.Project }) {
			g.Go(func() error { return do(ctx, r.Project) })
		}
	}
	return g.Wait()
}

// paged reads a list to its end by offset. These lists hardly ever change, and what moves between two pages is
// read again with the next directory.
func paged[T any](c *rest.Call, path string, query url.Values, key string) ([]T, error) {
	var all []T
	query.Set("limit", strconv.Itoa(pageSize))
	for n := 0; n < maxPages; n++ {
		query.Set("offset", strconv.Itoa(len(all)))
		body, err := c.Do("GET", path, query, nil)
		if err != nil {
			return nil, err
		}
		list, total, err := decodePage[T](body, key)
		if err != nil {
			return nil, c.Garbled(0, err)
		}
		all = append(all, list...)
		if len(list) == 0 || len(all) >= total {
			return all, nil
		}
	}
	return nil, c.Garbled(0, fmt.Errorf("no end after %d pages", maxPages))
}

func decodePage[T any](body []byte, key string) (list []T, total int, err error) {
	var page map[string]json.RawMessage
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, 0, err
	}
	if err := json.Unmarshal(page[key], &list); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", key, err)
	}
	if n, ok := page["total_count"]; ok {
		err = json.Unmarshal(n, &total)
	}
	return list, total, err
}

// byID orders ids as the numbers they are.
func byID(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
