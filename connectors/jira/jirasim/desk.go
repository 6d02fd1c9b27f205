package jirasim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// desk answers the service desk's own API.
func (c *call) desk(p []string) reply {
	missing := reply{status: http.StatusNotFound, body: obj{"errorMessage": "The requested resource does not exist.", "i18nErrorMessage": obj{"i18nKey": "x", "parameters": []any{}}}}
	if !c.opt.ServiceDesk {
		return missing
	}
	var desks []*project
	for _, d := range c.st.projects {
		if d.desk && c.may(c.user, d, "SERVICEDESK_AGENT") {
			desks = append(desks, d)
		}
	}
	switch {
	case c.r.Method != http.MethodGet:
	case len(p) == 1 && p[0] == "info":
		return ok(obj{"version": "5.17.3", "platformVersion": "10.3.24", "buildChangeSet": "0", "isLicensedForUse": true, "buildDate": c.date(c.now), "_links": obj{"self": "https://jira.example.org/rest/servicedeskapi/info"}})
	case len(p) == 1 && p[0] == "servicedesk":
		values := []any{}
		for _, d := range desks {
			values = append(values, obj{"id": strconv.Itoa(d.id), "projectId": strconv.Itoa(d.id), "projectName": d.name, "projectKey": d.key, "_links": obj{"self": "https://jira.example.org/rest/servicedeskapi/servicedesk/1"}})
		}
		return c.started(values)
	case len(p) == 3 && p[0] == "servicedesk" && p[2] == "requesttype":
		if !slices.ContainsFunc(desks, func(d *project) bool { return strconv.Itoa(d.id) == p[1] }) {
			return missing
		}
		values := []any{}
		for _, r := range c.st.requests {
			values = append(values, obj{"id": r.id, "name": r.name, "description": "", "helpText": "", "issueTypeId": "10100", "serviceDeskId": p[1], "groupIds": []string{}})
		}
		return c.started(values)
	case len(p) == 3 && p[0] == "request":
		i := c.sees(p[1])
		if i == nil || !i.project.desk {
			return missing
		}
		switch p[2] {
		case "comment":
			values := []any{}
			for _, x := range c.commentsOf(i) {
				values = append(values, obj{"id": strconv.Itoa(x.id), "body": x.body, "public": x.public(i), "created": c.date(x.created), "_links": obj{"self": "https://jira.example.org/x"}})
			}
			return c.started(values)
		case "sla":
			if !c.may(c.user, i.project, "SERVICEDESK_AGENT") {
				return refuse(http.StatusForbidden, []string{"You are not an agent of this service desk."}, nil)
			}
			return c.started([]any{c.slaField(i)})
		}
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

// started is a page of the service desk's, whose places go by start and limit.
func (c *call) started(values []any) reply {
	start, _ := strconv.Atoi(c.query.Get("start"))
	limit, err := strconv.Atoi(c.query.Get("limit"))
	if err != nil || limit <= 0 || limit > 50 {
		limit = 50
	}
	start = min(max(start, 0), len(values))
	page := values[start:min(start+limit, len(values))]
	return ok(obj{
		"_expands": []string{}, "size": len(page), "start": start, "limit": limit, "isLastPage": start+len(page) >= len(values),
		"_links": obj{"base": "https://jira.example.org/rest/servicedeskapi", "context": ""}, "values": append([]any{}, page...),
	})
}

func (c *call) date(t time.Time) obj {
	at, _ := c.at(t).(string)
	return obj{"iso8601": t.Format("2006-01-02T15:04:05-0700"), "jira": at, "friendly": t.Format("02/Jan/06 3:04 PM"), "epochMillis": t.UnixMilli()}
}

func duration(d time.Duration) obj { return obj{"millis": d.Milliseconds(), "friendly": d.String()} }

// slaGoal is what the service desk's own clock counts to: wall time from creation to resolution.
const slaGoal = 8 * time.Hour

func (c *call) slaField(i *issue) obj {
	breach := i.created.Add(slaGoal)
	out := obj{"id": "1", "name": "Time to resolution", "completedCycles": []any{}, "_links": obj{"self": "https://jira.example.org/rest/servicedeskapi/request/1/sla/1"}}
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
		"goalDuration": duration(slaGoal), "elapsedTime": duration(end.Sub(i.created)), "remainingTime": duration(breach.Sub(end)),
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
