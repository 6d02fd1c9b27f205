package jirasim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const deskBase = "https://jira.example.org/rest/servicedeskapi"

var noDesk = reply{
	status: http.StatusNotFound,
	body: obj{
		"errorMessage":     "The requested resource does not exist.",
		"i18nErrorMessage": obj{"i18nKey": "sd.not.found", "parameters": []any{}},
	},
}

// desk answers the service desk's own API, whose requests have been checked against the list of operations.
func (c *call) desk(p []string) reply {
	switch {
	case !c.opt.ServiceDesk:
		return noDesk
	case p[0] == "info":
		return ok(obj{
			"version": "10.3.24", "platformVersion": "10.3.24", "isLicensedForUse": true,
			"buildDate": c.date(c.now.Truncate(24 * time.Hour)), "buildChangeSet": "0",
			"_links": obj{"self": deskBase + "/info"},
		})
	case p[0] == "organization":
		values := []any{}
		if f := c.st.fieldBy("Organizations"); c.user != nil && len(c.desks()) > 0 {
			for _, name := range f.options {
				values = append(values, c.shape(f, "sd-customerorganization", name))
			}
		}
		return c.started(values)
	case p[0] == "request":
		i := c.sees(p[1])
		if i == nil || !i.project.desk {
			return noDesk
		}
		if len(p) == 2 {
			return ok(c.request(i))
		}
		return c.ofRequest(i, p[2])
	case len(p) == 1:
		values := []any{}
		for _, d := range c.desks() {
			n := strconv.Itoa(d.id)
			values = append(values, obj{
				"id": n, "projectId": n, "projectName": d.name, "projectKey": d.key,
				"_links": obj{"self": deskBase + "/servicedesk/" + n},
			})
		}
		return c.started(values)
	}
	if !slices.ContainsFunc(c.desks(), func(d *project) bool { return strconv.Itoa(d.id) == p[1] }) {
		return noDesk
	}
	values := []any{}
	for _, r := range c.st.requests {
		values = append(values, obj{
			"id": r.id, "name": r.name, "description": "", "helpText": "", "issueTypeId": "10100",
			"serviceDeskId": p[1], "groupIds": []string{},
		})
	}
	return c.started(values)
}

// desks returns the service desks of which the caller is an agent.
func (c *call) desks() []*project {
	return slices.DeleteFunc(slices.Clone(c.st.projects),
		func(p *project) bool { return !p.desk || !c.may(c.user, p, "SERVICEDESK_AGENT") })
}

// request is an issue as its customer sees it in the portal.
func (c *call) request(i *issue) obj {
	kind := ""
	if v := i.fields[c.st.fieldBy("Request Type").id]; len(v) > 0 {
		r, _ := byRef(c.st.requests, v[0])
		kind = r.id
	}
	s := c.st.statusBy(i.status)
	return obj{
		"issueId": strconv.Itoa(i.id), "issueKey": i.key, "requestTypeId": kind, "serviceDeskId": strconv.Itoa(i.project.id),
		"createdDate": c.date(i.created),
		"reporter":    c.participant(i.reporter), "requestFieldValues": []any{obj{
			"fieldId": "summary", "label": "Summary",
			"value": i.summary,
		}},
		"currentStatus": obj{"status": s.name, "statusCategory": map[string]string{
			"new":           "NEW",
			"indeterminate": "INDETERMINATE", "done": "DONE",
		}[s.category], "statusDate": c.date(i.updated)},
		"_links": obj{"self": fmt.Sprintf("%s/request/%d", deskBase, i.id)},
	}
}

// participant is a person as the portal shows one.
func (c *call) participant(u *user) obj {
	o := obj{"displayName": u.name, "active": true, "timeZone": u.zone.String()}
	if c.opt.Cloud {
		o["accountId"] = u.account
	} else {
		o["name"], o["key"], o["emailAddress"] = u.login, u.key, u.email
	}
	return o
}

// ofRequest answers what is asked of one request.
func (c *call) ofRequest(i *issue, what string) reply {
	switch {
	case what == "sla" && !c.may(c.user, i.project, "SERVICEDESK_AGENT"):
		return refuse(http.StatusForbidden, []string{"You are not an agent of this service desk."}, nil)
	case what == "sla":
		return c.started([]any{c.slaField(i)})
	case c.r.Method == http.MethodPost:
		return c.takeComment(i)
	}
	values := []any{}
	for _, x := range c.commentsOf(i) {
		public := x.public(i)
		if c.query.Get("public") == "false" && public || c.query.Get("internal") == "false" && !public {
			continue
		}
		values = append(values, c.requestComment(i, x))
	}
	return c.started(values)
}

func (c *call) requestComment(i *issue, x *comment) obj {
	return obj{
		"id": strconv.Itoa(x.id), "body": x.body, "public": x.public(i), "created": c.date(x.created),
		"author": c.participant(x.author),
		"_links": obj{"self": fmt.Sprintf("%s/request/%d/comment/%d", deskBase, i.id, x.id)},
	}
}

// takeComment adds a comment through the portal. Such a comment has no properties. A customer's is always public: a
// request for an internal one is refused.
func (c *call) takeComment(i *issue) reply {
	var b struct {
		Body   string `json:"body"`
		Public bool   `json:"public"`
	}
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	x, rep := c.newComment(i, commentBody{Body: b.Body})
	if rep.status != 0 {
		return rep
	}
	if !b.Public && !c.may(c.user, i.project, "SERVICEDESK_AGENT") {
		return refuse(http.StatusForbidden, []string{"You can only add public comments to this request."}, nil)
	}
	if !b.Public && !c.opt.DropInternal {
		x.properties["sd.public.comment"] = obj{"internal": true}
	}
	c.say(i, x, c.now)
	return reply{status: http.StatusCreated, body: c.requestComment(i, x)}
}

// started returns a page of a list of the service desk, which is paged by start and limit.
func (c *call) started(values []any) reply {
	start, _ := strconv.Atoi(c.query.Get("start"))
	limit, err := strconv.Atoi(c.query.Get("limit"))
	if err != nil || limit <= 0 || limit > 50 {
		limit = 50
	}
	start = min(max(start, 0), len(values))
	page := values[start:min(start+limit, len(values))]
	return ok(obj{
		"_expands": []string{}, "size": len(page), "start": start, "limit": limit, "isLastPage": start+
			len(page) >= len(values),
		"_links": obj{"base": "https://jira.example.org/rest/servicedeskapi", "context": ""},
		"values": append([]any{}, page...),
	})
}

func (c *call) date(t time.Time) obj {
	at, _ := c.at(t).(string)
	return obj{
		"iso8601": t.Format("2006-01-02T15:04:05-0700"), "jira": at, "friendly": t.Format("02/Jan/06 3:04 PM"),
		"epochMillis": t.UnixMilli(),
	}
}

func duration(d time.Duration) obj { return obj{"millis": d.Milliseconds(), "friendly": d.String()} }

// slaGoal is what the service desk's own clock counts to: wall time from creation to resolution.
const slaGoal = 8 * time.Hour

func (c *call) slaField(i *issue) obj {
	breach := i.created.Add(slaGoal)
	out := obj{
		"id": "1", "name": "Time to resolution", "completedCycles": []any{},
		"_links": obj{"self": "https://jira.example.org/rest/servicedeskapi/request/1/sla/1"},
	}
	end := c.now
	done := i.resolution != ""
	if done {
		for _, e := range i.history {
			for _, x := range e.items {
				if x.field == "resolution" && x.toText != "" {
					end = e.at
				}
			}
		}
	}
	cycle := obj{
		"startTime": c.date(i.created), "breachTime": c.date(breach), "breached": end.After(breach),
		"goalDuration": duration(slaGoal), "elapsedTime": duration(end.Sub(i.created)),
		"remainingTime": duration(breach.Sub(end)),
	}
	if done {
		cycle["stopTime"] = c.date(end)
		out["completedCycles"] = []any{cycle}
		return out
	}
	cycle["paused"], cycle["withinCalendarHours"] = false, true
	out["ongoingCycle"] = cycle
	return out
}
