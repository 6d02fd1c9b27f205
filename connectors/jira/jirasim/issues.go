package jirasim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (c *call) show(i *issue) reply {
	expand, rep := expansions(commas(c.query.Get("expand")))
	if rep.status != 0 {
		return rep
	}
	return ok(c.issue(i, wants(commas(c.query.Get("fields")), "*all"), expand))
}

// changes is Cloud's whole changelog, oldest first, a hundred at once. Data Center has no such address.
func (c *call) changes(i *issue) reply {
	if !c.opt.Cloud {
		return noSuchPath
	}
	page, start, size := part(c, i.history, 100)
	values := []any{}
	for _, e := range page {
		values = append(values, c.entry(e))
	}
	return ok(obj{
		"self": fmt.Sprintf("%s/issue/%s/changelog", base, i.key), "startAt": start, "maxResults": size,
		"total":  len(i.history),
		"isLast": start+len(page) >= len(i.history), "values": values,
	})
}

// body is what creates or edits an issue.
type body struct {
	Fields     map[string]json.RawMessage   `json:"fields"`
	Update     map[string][]json.RawMessage `json:"update"`
	Properties []property                   `json:"properties"`
	Transition *struct {
		ID string `json:"id"`
	} `json:"transition"`
}

type property struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

func (c *call) create() reply {
	var b body
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	if b.Update != nil || b.Transition != nil {
		return unmodelled("update or a transition where an issue is made")
	}
	var ref struct{ ID, Key string }
	_ = json.Unmarshal(b.Fields["project"], &ref)
	p := c.st.projectRef(ref.ID + ref.Key)
	if p == nil || !c.may(c.user, p, "CREATE_ISSUES") {
		return badField("project", "Specify a valid project ID or key")
	}
	i := &issue{
		project: p, status: c.st.statuses[0].id, priority: "4", reporter: c.user, creator: c.user,
		fields: map[string][]string{}, properties: map[string]any{},
	}
	delete(b.Fields, "project")
	if rep := c.set(i, b.Fields, true); rep.status != 0 {
		return rep
	}
	if strings.TrimSpace(i.summary) == "" {
		return badField("summary", "You must specify a summary of the issue.")
	}
	if i.kind == "" {
		return badField("issuetype", "Specify an issue type")
	}
	for _, p := range b.Properties {
		i.properties[p.Key] = p.Value
	}
	c.add(i, c.now)
	return reply{status: http.StatusCreated, body: obj{
		"id": strconv.Itoa(i.id), "key": i.key,
		"self": fmt.Sprintf("%s/issue/%d", base, i.id),
	}}
}

// add puts a new issue into the tracker.
func (s *Server) add(i *issue, at time.Time) {
	i.id, i.created, i.updated = s.st.next("issues"), at, at
	i.key = fmt.Sprintf("%s-%d", i.project.key, s.st.next("issues of "+i.project.key)-10000)
	i.watchers = append(i.watchers, i.creator)
	s.st.issues[i.id] = i
	s.st.order = append(s.st.order, i.id)
	s.touch(i, at)
}

func (c *call) edit(i *issue) reply {
	var b body
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	if b.Transition != nil || b.Properties != nil {
		return unmodelled("a transition or properties within an edit")
	}
	if len(b.Fields) == 0 && len(b.Update) == 0 {
		return bad("one of 'fields' or 'update' required")
	}
	adds, rep := c.commentsIn(i, b.Update)
	if rep.status != 0 {
		return rep
	}
	if len(b.Fields) > 0 && !c.may(c.user, i.project, "EDIT_ISSUES") {
		return refuse(http.StatusForbidden, []string{"You do not have permission to edit issues in this project."}, nil)
	}
	after := *i
	after.fields = map[string][]string{}
	for k, v := range i.fields {
		after.fields[k] = v
	}
	if rep := c.set(&after, b.Fields, false); rep.status != 0 {
		return rep // refused whole: nothing was saved
	}
	c.save(i, &after, c.user, c.now)
	for _, x := range adds {
		c.say(i, x, c.now)
	}
	return noContent
}

// commentsIn are the comments that an edit adds.
func (c *call) commentsIn(i *issue, update map[string][]json.RawMessage) ([]*comment, reply) {
	var out []*comment
	for name, ops := range update {
		if name != "comment" {
			return nil, unmodelled("update of %s", name)
		}
		for _, raw := range ops {
			var op struct {
				Add *commentBody `json:"add"`
			}
			d := json.NewDecoder(strings.NewReader(string(raw)))
			d.DisallowUnknownFields()
			if err := d.Decode(&op); err != nil || op.Add == nil {
				return nil, unmodelled("update of comments by %s", raw)
			}
			if op.Add.Properties != nil {
				return nil, unmodelled("a comment's properties within an edit: whether Jira heeds them is not known")
			}
			x, rep := c.newComment(i, *op.Add)
			if rep.status != 0 {
				return nil, rep
			}
			out = append(out, x)
		}
	}
	return out, reply{}
}

// set gives an issue new values, or refuses and names every field that is wrong.
func (c *call) set(i *issue, fields map[string]json.RawMessage, create bool) reply {
	wrong := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		rep := c.setOne(i, name, fields[name], create)
		if rep.status == 0 {
			continue
		}
		named, _ := rep.body.(obj)["errors"].(map[string]string)
		if rep.status != http.StatusBadRequest || len(named) == 0 {
			return rep
		}
		maps.Copy(wrong, named)
	}
	if len(wrong) > 0 {
		return refuse(http.StatusBadRequest, nil, wrong)
	}
	return reply{}
}

func offScreen(name string) reply {
	return badField(name, fmt.Sprintf("Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", name))
}

func (c *call) setOne(i *issue, name string, raw json.RawMessage, create bool) reply {
	if !create && c.st.offScreen[name] {
		return offScreen(name)
	}
	switch name {
	case "summary":
		return text(name, raw, &i.summary)
	case "description":
		return text(name, raw, &i.description)
	case "duedate":
		var due string
		if rep := text(name, raw, &due); rep.status != 0 {
			return rep
		}
		if _, err := time.Parse(time.DateOnly, due); err != nil && due != "" {
			return badField(name, "Error parsing date string: "+due)
		}
		i.due = due
	case "issuetype", "priority":
		var ref struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &ref) != nil || ref.ID == "" {
			return unmodelled("setting %s by another thing than its id", name)
		}
		if name == "priority" {
			return c.setPriority(i, ref.ID)
		}
		t, known := find(c.st.types, func(t named) bool { return t.id == ref.ID })
		if !create || !known {
			return badField(name, "Specify a valid issue type")
		}
		i.kind = t.id
	case "labels":
		return setLabels(i, raw)
	case "assignee":
		return c.setAssignee(i, raw)
	case "reporter", "resolution", "components", "fixVersions":
		return unmodelled("setting %s", name)
	default:
		f := c.st.fieldBy(name)
		if f == nil || f.id != name || !f.screen {
			return offScreen(name)
		}
		v, rep := c.parse(f, raw)
		if rep.status != 0 {
			return rep
		}
		i.fields[f.id] = v
	}
	return reply{}
}

// text reads a value that is a text or nothing.
func text(name string, raw json.RawMessage, to *string) reply {
	*to = ""
	if json.Unmarshal(raw, to) != nil {
		return badField(name, "Operation value must be a string")
	}
	return reply{}
}

func (c *call) setPriority(i *issue, id string) reply {
	if !slices.Contains(c.st.schemes[i.project.scheme], id) {
		return badField("priority", "The priority selected is invalid.")
	}
	i.priority = id
	return reply{}
}

func setLabels(i *issue, raw json.RawMessage) reply {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return badField("labels", "data was not an array")
	}
	for _, l := range list {
		if strings.ContainsAny(l, " \t\n") {
			return badField("labels", "The label '"+l+"' contains spaces which is invalid.")
		}
	}
	i.labels = list
	return reply{}
}

// setAssignee accepts a person only as the edition names people: Cloud by account id, Data Center by name. null, and a
// person whose id or name is null, mean nobody.
func (c *call) setAssignee(i *issue, raw json.RawMessage) reply {
	if !c.may(c.user, i.project, "ASSIGN_ISSUES") {
		return offScreen("assignee")
	}
	var who map[string]*string
	if json.Unmarshal(raw, &who) != nil {
		return badField("assignee", "data was not an object")
	}
	key := "name"
	if c.opt.Cloud {
		key = "accountId"
	}
	want, named := who[key]
	if who != nil && !named || len(who) > 1 {
		return badField("assignee", "expected Object containing a '"+key+"' alone")
	}
	if want == nil {
		i.assignee = nil
		return reply{}
	}
	for _, u := range c.st.users {
		if (c.opt.Cloud && u.account == *want || !c.opt.Cloud && u.login == *want) && c.may(u, i.project, "ASSIGNABLE_USER") {
			i.assignee = u
			return reply{}
		}
	}
	return badField("assignee", fmt.Sprintf("User '%s' cannot be assigned issues.", *want))
}

func (c *call) assign(i *issue) reply {
	var who json.RawMessage
	if rep, fine := c.decode(&who); !fine {
		return rep
	}
	after := *i
	if rep := c.setAssignee(&after, who); rep.status != 0 {
		return rep
	}
	c.save(i, &after, c.user, c.now)
	return noContent
}

// issueProperty reads, sets and deletes a property of an issue. Setting one answers 201 if it is new and 200 if it was
// there.
func (c *call) issueProperty(i *issue, key string) reply {
	_, had := i.properties[key]
	missing := refuse(http.StatusNotFound, []string{"The property with key " + key + " does not exist."}, nil)
	switch {
	case c.r.Method == http.MethodGet && !had:
		return missing
	case c.r.Method == http.MethodGet:
		return ok(obj{"key": key, "value": i.properties[key]})
	case !c.may(c.user, i.project, "EDIT_ISSUES"):
		return refuse(http.StatusForbidden, []string{"You do not have permission to edit the issue."}, nil)
	case c.r.Method == http.MethodDelete && !had:
		return missing
	case c.r.Method == http.MethodDelete:
		delete(i.properties, key)
		return noContent
	}
	v, rep := c.propertyValue(key)
	if rep.status != 0 {
		return rep
	}
	i.properties[key] = v
	return kept(had)
}
