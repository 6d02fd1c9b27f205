package jirasim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const base = "https://jira.example.org/rest/api/2"

// at writes a moment in the caller's time zone.
func (c *call) at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(c.zone()).Format("2006-01-02T15:04:05.000-0700")
}

// zone returns the caller's time zone.
func (c *call) zone() *time.Location {
	if c.user == nil {
		return time.UTC
	}
	return c.user.zone
}

func (c *call) person(u *user) any {
	if u == nil {
		return nil
	}
	o := obj{
		"displayName": u.name, "active": true, "timeZone": u.zone.String(),
		"avatarUrls": obj{"48x48": "https://avatar.invalid/48x48"},
	}
	if c.opt.Cloud {
		o["self"], o["accountId"], o["accountType"] = base+"/user?accountId="+u.account, u.account,
			cmp.Or(u.kind, "atlassian")
		return o
	}
	o["self"], o["name"], o["key"], o["emailAddress"] = base+"/user?username="+u.login, u.login, u.key, u.email
	return o
}

func (c *call) status(id string) obj {
	s := c.st.statusBy(id)
	number := map[string]int{"new": 2, "indeterminate": 4, "done": 3}[s.category]
	return obj{
		"self": base + "/status/" + s.id, "id": s.id, "name": s.name, "description": "",
		"iconUrl": "https://jira.example.org/s.png",
		"statusCategory": obj{
			"self": fmt.Sprintf("%s/statuscategory/%d", base, number), "id": number, "key": s.category,
			"colorName": "blue-gray", "name": s.category,
		},
	}
}

func (c *call) priority(id string) obj {
	p, _ := byRef(c.st.priorities, id)
	return obj{"self": base + "/priority/" + p.id, "id": p.id, "name": p.name, "iconUrl": "https://jira.example.org/p.png"}
}

func (c *call) issueType(id string) obj {
	t, _ := byRef(c.st.types, id)
	return obj{
		"self": base + "/issuetype/" + t.id, "id": t.id, "name": t.name, "description": "",
		"iconUrl": "https://jira.example.org/t.png", "subtask": false,
	}
}

func (c *call) project(p *project) obj {
	return obj{
		"self": base + "/project/" + strconv.Itoa(p.id), "id": strconv.Itoa(p.id), "key": p.key, "name": p.name,
		"projectTypeKey": map[bool]string{true: "service_desk", false: "software"}[p.desk],
		"avatarUrls":     obj{"48x48": "https://avatar.invalid/48x48"},
	}
}

// system are the fields of Jira itself, in the order in which the list of fields has them.
var system = [][3]string{ // id, name, type
	{"summary", "Summary", "string"},
	{"description", "Description", "string"},
	{"issuetype", "Issue Type", "issuetype"},
	{"project", "Project", "project"},
	{"status", "Status", "status"},
	{"priority", "Priority", "priority"},
	{"resolution", "Resolution", "resolution"},
	{"assignee", "Assignee", "user"},
	{"reporter", "Reporter", "user"},
	{"creator", "Creator", "user"},
	{"created", "Created", "datetime"},
	{"updated", "Updated", "datetime"},
	{"duedate", "Due date", "date"},
	{"labels", "Labels", "*string"},
	{"components", "Components", "*component"},
	{"fixVersions", "Fix versions", "*version"},
	{"environment", "Environment", "string"},
	{"issuelinks", "Linked Issues", "*issuelinks"},
	{"attachment", "Attachment", "*attachment"},
	{"comment", "Comment", "comments-page"},
	{"worklog", "Log Work", "*worklog"},
	{"watches", "Watchers", "watches"},
	{"security", "Security Level", "securitylevel"},
}

// fields returns the wanted fields of an issue.
func (c *call) fields(i *issue, wanted func(string) bool) obj {
	out := obj{}
	put := func(name string, value func() any) {
		if wanted(name) {
			out[name] = value()
		}
	}
	fixed := func(v any) func() any { return func() any { return v } }
	put("summary", fixed(i.summary))
	put("description", fixed(orNull(i.description)))
	put("issuetype", func() any { return c.issueType(i.kind) })
	put("project", func() any { return c.project(i.project) })
	put("status", func() any { return c.status(i.status) })
	put("priority", func() any { return c.priority(i.priority) })
	put("resolution", func() any {
		if i.resolution == "" {
			return nil
		}
		return obj{"self": base + "/resolution/10000", "id": "10000", "name": i.resolution, "description": ""}
	})
	put("assignee", func() any { return c.person(i.assignee) })
	put("reporter", func() any { return c.person(i.reporter) })
	put("creator", func() any { return c.person(i.creator) })
	put("created", func() any { return c.at(i.created) })
	put("updated", func() any { return c.at(i.updated) })
	put("duedate", fixed(orNull(i.due)))
	put("labels", fixed(append([]string{}, i.labels...)))
	put("components", fixed([]any{}))
	put("fixVersions", fixed([]any{}))
	put("environment", fixed(nil))
	put("security", fixed(nil))
	put("watches", fixed(obj{
		"self": fmt.Sprintf("%s/issue/%s/watchers", base, i.key), "watchCount": len(i.watchers),
		"isWatching": slices.Contains(i.watchers, c.user),
	}))
	put("issuelinks", func() any { return c.links(i) })
	put("attachment", func() any {
		list := []any{}
		for n, f := range i.files {
			list = append(list, obj{
				"self": base + "/attachment/1", "id": strconv.Itoa(20000 + n), "filename": f,
				"author": c.person(i.reporter), "created": c.at(i.created), "size": 1,
				"mimeType": "text/plain", "content": "https://jira.example.org/a",
			})
		}
		return list
	})
	put("comment", func() any {
		list := c.commentsOf(i)
		shown := list[:min(len(list), 50)] // within an issue they may be cut
		return obj{
			"comments": c.comments(i, shown), "startAt": 0, "maxResults": len(shown), "total": len(list),
			"self": fmt.Sprintf("%s/issue/%d/comment", base, i.id),
		}
	})
	put("worklog", func() any {
		list := c.workOf(i)
		return obj{"worklogs": list[:min(len(list), 20)], "startAt": 0, "maxResults": 20, "total": len(list)}
	})
	for _, f := range c.st.fields {
		put(f.id, func() any { return c.value(i, f) })
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (c *call) links(i *issue) []any {
	out := []any{}
	for _, l := range i.links {
		o := obj{
			"id": strconv.Itoa(l.number), "self": base + "/issueLink/" + strconv.Itoa(l.number),
			"type": obj{"id": "10002", "name": l.kind.name, "inward": l.kind.inward, "outward": l.kind.outward, "self": base +
				"/issueLinkType/10002"},
		}
		side := "inwardIssue"
		if l.out {
			side = "outwardIssue"
		}
		o[side] = obj{
			"id": strconv.Itoa(l.other.id), "key": l.other.key,
			"self": fmt.Sprintf("%s/issue/%d", base, l.other.id), "fields": obj{
				"summary": l.other.summary,
				"status":  c.status(l.other.status),
			},
		}
		out = append(out, o)
	}
	return out
}

// value shows a custom field in the shape that its type has.
func (c *call) value(i *issue, f *field) any {
	v := i.fields[f.id]
	kind, many := strings.CutPrefix(f.kind, "*")
	if kind == "sd-servicelevelagreement" {
		return c.slaField(i)
	}
	if len(v) == 0 {
		return nil
	}
	if !many {
		return c.shape(f, kind, v[0])
	}
	out := []any{}
	for _, x := range v {
		out = append(out, c.shape(f, kind, x))
	}
	return out
}

func (c *call) shape(f *field, kind, v string) any {
	switch kind {
	case "option":
		return obj{"self": base + "/customFieldOption/" + f.optionID(v), "value": v, "id": f.optionID(v)}
	case "option-with-child":
		parent, child, two := strings.Cut(v, " -> ")
		o := obj{"self": base + "/customFieldOption/" + f.optionID(parent), "value": parent, "id": f.optionID(parent)}
		if two {
			o["child"] = obj{"self": base + "/customFieldOption/" + f.optionID(v), "value": child, "id": f.optionID(v)}
		}
		return o
	case "number":
		n, _ := strconv.ParseFloat(v, 64)
		return n
	case "user":
		return c.person(c.st.user(v))
	case "datetime":
		at, _ := time.Parse(time.RFC3339, v)
		return c.at(at)
	case "sd-customerrequesttype":
		r, _ := byRef(c.st.requests, v)
		return obj{
			"_links": obj{"jiraRest": base + "/issue/1"},
			"requestType": obj{
				"id": r.id, "name": r.name, "description": "",
				"issueTypeId": "10100",
			}, "currentStatus": obj{"status": "Open"},
		}
	case "sd-customerorganization":
		self := "https://jira.example.org/rest/servicedeskapi/organization/1"
		return obj{"id": f.optionID(v), "name": v, "_links": obj{"self": self}}
	}
	return v
}

func (f *field) optionID(v string) string {
	return strconv.Itoa(10300 + 10*len(f.name) + slices.Index(f.options, v))
}

// entry shows an entry of the changelog. Data Center's items never have a fieldId, Cloud's lack it for links and files.
func (c *call) entry(e *entry) obj {
	items := []any{}
	for _, i := range e.items {
		o := obj{
			"field": i.field, "fieldtype": i.kind, "from": orNull(i.from), "fromString": orNull(i.fromText),
			"to": orNull(i.to), "toString": orNull(i.toText),
		}
		if c.opt.Cloud && i.id != "" {
			o["fieldId"] = i.id
		}
		items = append(items, o)
	}
	o := obj{"id": strconv.Itoa(e.id), "created": c.at(e.at), "items": items}
	if e.author != nil {
		o["author"] = c.person(e.author)
	}
	return o
}

// changelog is what expand gives: on Cloud at most forty entries, newest first, on Data Center all, oldest first.
func (c *call) changelog(i *issue) obj {
	list := i.history
	if c.opt.Cloud {
		list = slices.Clone(list)
		slices.Reverse(list)
		list = list[:min(len(list), 40)]
	}
	shown := []any{}
	for _, e := range list {
		shown = append(shown, c.entry(e))
	}
	return obj{"startAt": 0, "maxResults": len(shown), "total": len(i.history), "histories": shown}
}

func (c *call) issue(i *issue, wanted func(string) bool, expand []string) obj {
	o := obj{
		"id": strconv.Itoa(i.id), "key": i.key, "self": fmt.Sprintf("%s/issue/%d", base, i.id),
		"expand": "changelog,transitions", "fields": c.fields(i, wanted),
	}
	if slices.Contains(expand, "changelog") {
		o["changelog"] = c.changelog(i)
	}
	if slices.Contains(expand, "transitions") {
		o["transitions"] = c.transitions(i, false)
	}
	return o
}

func (c *call) commentsOf(i *issue) []*comment {
	var out []*comment
	for _, x := range i.comments {
		if c.reads(c.user, i, x) {
			out = append(out, x)
		}
	}
	return out
}

func (c *call) comments(i *issue, list []*comment) []any {
	out := []any{}
	for _, x := range list {
		out = append(out, c.comment(i, x))
	}
	return out
}

func (c *call) comment(i *issue, x *comment) obj {
	o := obj{
		"id": strconv.Itoa(x.id), "self": fmt.Sprintf("%s/issue/%d/comment/%d", base, i.id, x.id),
		"author": c.person(x.author), "updateAuthor": c.person(x.author),
		"body": x.body, "created": c.at(x.created), "updated": c.at(x.updated),
	}
	if x.visibility != nil {
		o["visibility"] = obj{"type": x.visibility.kind, "value": x.visibility.value}
	}
	if c.opt.Cloud {
		o["jsdPublic"] = x.public(i)
	}
	return o
}
