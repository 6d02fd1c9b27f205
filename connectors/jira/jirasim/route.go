package jirasim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer finds what is asked for.
func (c *call) answer() reply {
	path, api := strings.CutPrefix(c.r.URL.Path, "/rest/api/2/")
	if desk, is := strings.CutPrefix(c.r.URL.Path, "/rest/servicedeskapi/"); is {
		return c.desk(strings.Split(desk, "/"))
	}
	if !api {
		return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
	}
	p := strings.Split(path, "/")
	switch c.r.Method + " " + p[0] {
	case "GET serverInfo":
		return c.serverInfo()
	case "GET myself":
		return c.myself()
	case "GET mypermissions":
		return c.mypermissions()
	case "GET field", "GET status", "GET priority":
		return c.list(p[0])
	case "GET priorityscheme":
		return c.schemes(p[1:])
	case "GET project":
		return c.projects(p[1:])
	case "GET user":
		return c.users(p[1:])
	case "POST search":
		return c.search(p[1:])
	case "POST issue":
		if len(p) == 1 {
			return c.create()
		}
	case "GET worklog", "POST worklog":
		return c.worklogs(p[1:])
	case "GET comment", "PUT comment":
		return c.commentProperty(p[1:])
	}
	if p[0] == "issue" && len(p) > 1 {
		return c.anIssue(p[1], p[2:])
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

// sees finds an issue by id or key, if whoever asks may see it.
func (c *call) sees(ref string) *issue {
	for _, i := range c.st.issues {
		if (strconv.Itoa(i.id) == ref || i.key == ref) && c.may(c.user, i.project, "BROWSE_PROJECTS") {
			return i
		}
	}
	return nil
}

// anIssue answers what is asked of one issue.
func (c *call) anIssue(ref string, rest []string) reply {
	i := c.sees(ref)
	if i == nil {
		return noIssue
	}
	if c.r.Method != http.MethodGet {
		if rep := c.limited(i); rep.status != 0 {
			return rep
		}
	}
	what := c.r.Method
	if len(rest) > 0 {
		what += " " + rest[0]
	}
	switch what {
	case "GET":
		return c.show(i)
	case "PUT":
		return c.edit(i)
	case "GET changelog":
		return c.changes(i)
	case "GET transitions":
		return ok(obj{"expand": "transitions", "transitions": c.transitions(i, c.query.Get("expand") == "transitions.fields")})
	case "POST transitions":
		return c.transit(i)
	case "GET watchers", "POST watchers":
		return c.watch(i)
	case "PUT assignee":
		return c.assign(i)
	case "GET editmeta":
		return c.editmeta(i)
	case "GET comment", "POST comment", "PUT comment", "DELETE comment":
		return c.aComment(i, rest[1:])
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

// limited is Cloud's limit of writes to one issue: 20 in two seconds.
func (c *call) limited(i *issue) reply {
	if !c.opt.Cloud {
		return reply{}
	}
	recent := slices.DeleteFunc(c.writes[i.id], func(at time.Time) bool { return c.now.Sub(at) > 2*time.Second })
	c.writes[i.id] = append(recent, c.now)
	if len(recent) < 20 {
		return reply{}
	}
	rep := refuse(http.StatusTooManyRequests, []string{"Rate limit exceeded."}, nil)
	rep.header = http.Header{"Retry-After": {"2"}, "Ratelimit-Reason": {"jira-per-issue-on-write"}}
	return rep
}

// wants tells which fields a request asks for. all is what it gets that names none.
func wants(list []string, all string) func(string) bool {
	if len(list) == 0 {
		list = []string{all}
	}
	return func(name string) bool {
		yes := false
		for _, w := range list {
			switch {
			case w == "*all", w == name:
				yes = true
			case w == "*navigable":
				yes = yes || name != "comment" && name != "worklog" && name != "attachment"
			case w == "-"+name:
				return false
			}
		}
		return yes
	}
}

func commas(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// part is a page of a list by startAt and maxResults, of which there are never more than most.
func part[T any](c *call, list []T, most int) (page []T, start, size int) {
	start, _ = strconv.Atoi(c.query.Get("startAt"))
	size, err := strconv.Atoi(c.query.Get("maxResults"))
	if err != nil || size <= 0 || size > most {
		size = most
	}
	start = min(max(start, 0), len(list))
	return list[start:min(start+size, len(list))], start, size
}
