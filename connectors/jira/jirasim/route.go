package jirasim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operations are the requests that the stand-in models, with the query parameters that each obeys; * stands for any one
// part of the path.
var operations = map[string][]string{
	"GET api/2/serverInfo":                  nil,
	"GET api/2/myself":                      nil,
	"GET api/2/mypermissions":               {"projectId", "projectKey", "permissions"},
	"GET api/2/field":                       nil,
	"GET api/2/status":                      nil,
	"GET api/2/priority":                    nil,
	"GET api/2/priorityscheme":              paging,
	"GET api/2/priorityscheme/*/priorities": paging,
	"GET api/2/project":                     nil,
	"GET api/2/project/search":              append([]string{"orderBy"}, paging...),
	"GET api/2/project/*/statuses":          nil,
	"GET api/2/project/*/role":              nil,
	"GET api/2/project/*/role/*":            nil,
	"GET api/2/user":                        {"key", "username", "accountId"},
	"GET api/2/user/search":                 append([]string{"query", "username"}, paging...),
	"GET api/2/user/assignable/search": append([]string{"query", "username", "accountId", "project"},
		paging...),
	"GET api/2/user/assignable/multiProjectSearch": append([]string{"query", "username", "projectKeys"}, paging...),
	"GET api/2/group/member": append([]string{"groupname", "groupId", "includeInactiveUsers"},
		paging...),
	"GET api/2/search":                  {"jql", "startAt", "maxResults", "fields", "expand"},
	"POST api/2/search":                 nil,
	"POST api/2/search/jql":             nil,
	"POST api/2/issue":                  nil,
	"GET api/2/issue/*":                 {"fields", "expand"},
	"PUT api/2/issue/*":                 nil,
	"GET api/2/issue/*/changelog":       paging,
	"GET api/2/issue/*/transitions":     {"expand"},
	"POST api/2/issue/*/transitions":    nil,
	"GET api/2/issue/*/watchers":        nil,
	"POST api/2/issue/*/watchers":       nil,
	"PUT api/2/issue/*/assignee":        nil,
	"GET api/2/issue/*/editmeta":        nil,
	"GET api/2/issue/*/comment":         append([]string{"orderBy"}, paging...),
	"POST api/2/issue/*/comment":        nil,
	"GET api/2/issue/*/comment/*":       nil,
	"PUT api/2/issue/*/comment/*":       nil,
	"DELETE api/2/issue/*/comment/*":    nil,
	"GET api/2/issue/*/worklog":         paging,
	"GET api/2/issue/*/properties/*":    nil,
	"PUT api/2/issue/*/properties/*":    nil,
	"DELETE api/2/issue/*/properties/*": nil,
	"GET api/2/comment/*/properties/*":  nil,
	"PUT api/2/comment/*/properties/*":  nil,
	"GET api/2/worklog/updated":         {"since"},
	"GET api/2/worklog/deleted":         {"since"},
	"POST api/2/worklog/list":           nil,

	"GET servicedeskapi/info":                      nil,
	"GET servicedeskapi/servicedesk":               starting,
	"GET servicedeskapi/servicedesk/*/requesttype": starting,
	"GET servicedeskapi/organization":              starting,
	"GET servicedeskapi/request/*":                 nil,
	"GET servicedeskapi/request/*/comment":         append([]string{"public", "internal"}, starting...),
	"POST servicedeskapi/request/*/comment":        nil,
	"GET servicedeskapi/request/*/sla":             starting,
}

var (
	paging   = []string{"startAt", "maxResults"}
	starting = []string{"start", "limit"}
)

// operation finds which of the operations is asked for, or refuses.
func (c *call) operation() (op string, parts []string, rep reply) {
	path, rest := strings.CutPrefix(c.r.URL.EscapedPath(), "/rest/")
	parts = strings.Split(path, "/")
	for n, p := range parts {
		var err error
		if parts[n], err = url.PathUnescape(p); err != nil || p == "" {
			rest = false
		}
	}
	matches := func(pattern string) bool {
		method, path, _ := strings.Cut(pattern, " ")
		list := strings.Split(path, "/")
		return method == c.r.Method && slices.EqualFunc(list, parts, func(a, b string) bool { return a == b || a == "*" })
	}
	for pattern := range operations { // the one that says most: project/search is no project
		if rest && matches(pattern) && (op == "" || strings.Count(pattern, "*") < strings.Count(op, "*")) {
			op = pattern
		}
	}
	if op == "" {
		return "", nil, unmodelled("%s %s", c.r.Method, c.r.URL.Path)
	}
	for name := range c.query {
		if !slices.Contains(operations[op], name) {
			return "", nil, unmodelled("the parameter %s of %s", name, op)
		}
	}
	return op, parts, reply{}
}

// answer finds what is asked for.
func (c *call) answer() reply {
	op, p, rep := c.operation()
	if rep.status != 0 {
		return rep
	}
	if slices.ContainsFunc(c.noScope, func(x string) bool { return strings.HasPrefix(op, x) }) {
		return outOfScope
	}
	if p[0] == "servicedeskapi" {
		return c.desk(p[1:])
	}
	p = p[2:]
	switch p[0] {
	case "serverInfo":
		return c.serverInfo()
	case "myself":
		return c.myself()
	case "mypermissions":
		return c.mypermissions()
	case "field", "status", "priority":
		return c.list(p[0])
	case "priorityscheme":
		return c.schemes(p[1:])
	case "project":
		return c.projects(p[1:])
	case "user":
		return c.users(strings.Join(p[1:], "/"))
	case "group":
		return c.members()
	case "search":
		return c.search(len(p) > 1)
	case "worklog":
		return c.worklogs(p[1])
	case "comment":
		return c.commentProperty(p[1], p[3])
	case "issue":
		if len(p) == 1 {
			return c.create()
		}
		return c.anIssue(p[1], p[2:])
	}
	return unmodelled("%s", op)
}

// sees finds an issue by its id, its key or a key from before a move, if the caller may see it.
func (c *call) sees(ref string) *issue {
	for _, i := range c.st.issues {
		if (strconv.Itoa(i.id) == ref || strings.EqualFold(i.key, ref) ||
			slices.Contains(i.formerly, strings.ToUpper(ref))) && c.may(c.user, i.project, "BROWSE_PROJECTS") {
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
		return ok(obj{"expand": "transitions", "transitions": c.transitions(i,
			c.query.Get("expand") == "transitions.fields")})
	case "POST transitions":
		return c.transit(i)
	case "GET watchers", "POST watchers":
		return c.watch(i)
	case "PUT assignee":
		return c.assign(i)
	case "GET editmeta":
		return c.editmeta(i)
	case "GET worklog":
		return c.booked(i)
	case "GET properties", "PUT properties", "DELETE properties":
		return c.issueProperty(i, rest[1])
	case "GET comment", "POST comment", "PUT comment", "DELETE comment":
		return c.aComment(i, rest[1:])
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

// limited are Cloud's limits of writes to one issue: 20 in two seconds and 100 in thirty.
func (c *call) limited(i *issue) reply {
	if !c.opt.Cloud {
		return reply{}
	}
	recent := slices.DeleteFunc(c.writes[i.id], func(at time.Time) bool { return c.now.Sub(at) > 30*time.Second })
	c.writes[i.id] = append(recent, c.now)
	burst := 0
	for _, at := range recent {
		if c.now.Sub(at) <= 2*time.Second {
			burst++
		}
	}
	switch {
	case burst >= 20:
		return limit(WritesOfIssue, "2")
	case len(recent) >= 100:
		return limit(WritesOfIssue, "30")
	}
	return reply{}
}

// limit is the answer to a caller who exceeds a limit on requests.
func limit(reason, after string) reply {
	rep := refuse(http.StatusTooManyRequests, []string{"Rate limit exceeded."}, nil)
	rep.header = http.Header{}
	if reason != "" {
		rep.header.Set("RateLimit-Reason", reason)
	}
	if after != "" {
		rep.header.Set("Retry-After", after)
	}
	return rep
}

// wants returns the fields that a request asks for, and `all` if it names none.
func wants(list []string, all string) func(string) bool {
	if len(list) == 0 {
		list = []string{all}
	}
	return func(name string) bool {
		yes := false
		for _, w := range list {
			switch w {
			case "*all", name:
				yes = true
			case "*navigable":
				yes = yes || name != "comment" && name != "worklog" && name != "attachment"
			case "-" + name:
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

// part cuts a page out of a list by startAt and maxResults; it never has more than `most` entries.
func part[T any](c *call, list []T, most int) (page []T, start, size int) {
	start, _ = strconv.Atoi(c.query.Get("startAt"))
	size, err := strconv.Atoi(c.query.Get("maxResults"))
	if err != nil || size <= 0 || size > most {
		size = most
	}
	start = min(max(start, 0), len(list))
	return list[start:min(start+size, len(list))], start, size
}
