package redminesim

import (
	"net/http"
	"strings"
)

// handler answers a request; args are the parts of the path that stood for {…}.
type handler func(c *call, args []string) reply

// routes is the whole API that is modelled. A nil handler is a path that real servers do not know
// either: 404. What is not listed at all gets 501.
var routes = []struct {
	method, path string
	h            handler
}{
	{http.MethodGet, "/issues", (*call).listIssues},
	{http.MethodPost, "/issues", (*call).createIssue},
	{http.MethodGet, "/issues/{}", (*call).showIssue},
	{http.MethodPut, "/issues/{}", (*call).updateIssue},
	{http.MethodDelete, "/issues/{}", (*call).deleteIssue},
	{http.MethodPost, "/issues/{}/watchers", (*call).addWatcher},
	{http.MethodDelete, "/issues/{}/watchers/{}", (*call).removeWatcher},
	{http.MethodGet, "/issues/{}/relations", (*call).listRelations},
	{http.MethodPost, "/issues/{}/relations", (*call).createRelation},
	{http.MethodGet, "/relations/{}", (*call).showRelation},
	{http.MethodDelete, "/relations/{}", (*call).deleteRelation},
	{http.MethodPut, "/journals/{}", (*call).updateJournal},
	{http.MethodGet, "/journals/{}", nil},
	{http.MethodDelete, "/journals/{}", nil},

	{http.MethodGet, "/projects", (*call).listProjects},
	{http.MethodPost, "/projects", admin((*call).createProject)},
	{http.MethodGet, "/projects/{}", (*call).showProject},
	{http.MethodGet, "/projects/{}/issues", (*call).listProjectIssues},
	{http.MethodPut, "/projects/{}/close", admin(projectState(projectClosed))},
	{http.MethodPut, "/projects/{}/reopen", admin(projectState(projectActive))},
	{http.MethodPut, "/projects/{}/archive", admin(projectState(projectArchived))},
	{http.MethodPut, "/projects/{}/unarchive", admin(projectState(projectActive))},
	{http.MethodGet, "/projects/{}/memberships", (*call).listMemberships},
	{http.MethodPost, "/projects/{}/memberships", admin((*call).createMembership)},
	{http.MethodGet, "/projects/{}/versions", emptyOf("versions")},
	{http.MethodGet, "/projects/{}/issue_categories", emptyOf("issue_categories")},
	{http.MethodGet, "/memberships/{}", (*call).showMembership},
	{http.MethodDelete, "/memberships/{}", admin((*call).deleteMembership)},

	{http.MethodGet, "/users", admin((*call).listUsers)},
	{http.MethodGet, "/users/{}", (*call).showUser},
	{http.MethodPut, "/users/{}", admin((*call).updateUser)},
	{http.MethodGet, "/my/account", (*call).showAccount},
	{http.MethodGet, "/groups", admin(func(*call, []string) reply { return ok(map[string]any{"groups": []any{}}) })},

	{http.MethodGet, "/issue_statuses", (*call).listStatuses},
	{http.MethodGet, "/trackers", (*call).listTrackers},
	{http.MethodGet, "/enumerations/issue_priorities", (*call).listPriorities},
	{http.MethodGet, "/enumerations/time_entry_activities", (*call).listActivities},
	{http.MethodGet, "/roles", (*call).listRoles},
	{http.MethodGet, "/roles/{}", (*call).showRole},
	{http.MethodGet, "/custom_fields", admin((*call).listCustomFields)},
	{http.MethodGet, "/info", nil},
	{http.MethodGet, "/settings", func(c *call, _ []string) reply { return c.denied() }},

	{http.MethodGet, "/time_entries", (*call).listTimeEntries},
	{http.MethodPost, "/time_entries", (*call).createTimeEntry},
	{http.MethodGet, "/time_entries/{}", (*call).showTimeEntry},
	{http.MethodPut, "/time_entries/{}", (*call).updateTimeEntry},
	{http.MethodDelete, "/time_entries/{}", (*call).deleteTimeEntry},

	{http.MethodPost, "/uploads", (*call).upload},
	{http.MethodGet, "/attachments/{}", (*call).showAttachment},
	{http.MethodDelete, "/attachments/{}", (*call).deleteAttachment},
	{http.MethodGet, "/attachments/download/{}/{}", (*call).download},
}

// route finds the handler of a path without its ".json".
func route(method, path string) (h handler, args []string, known bool) {
	for _, r := range routes {
		if r.method != method {
			continue
		}
		if args, fits := match(r.path, path); fits {
			return r.h, args, true
		}
	}
	return nil, nil, false
}

func match(pattern, path string) (args []string, fits bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i := range want {
		switch {
		case want[i] == "{}":
			args = append(args, got[i])
		case want[i] != got[i]:
			return nil, false
		}
	}
	return args, true
}
