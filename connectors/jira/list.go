package jira

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const (
	pageSize = 100
	// seam is by how many issues two pages of Data Center overlap. An issue that is deleted between them moves the rest
	// up; one that is found again shows that nothing was skipped.
	seam = 5
)

// lists finds issues and booked time.
type lists struct{ *site }

// Changed implements connectors.Tracker. The order is that of creation, which no edit moves; within a page issues are
// in the order of their last change. The moment goes out as a number of milliseconds: a date would be read in the
// account's zone.
func (l *lists) Changed(ctx context.Context, since time.Time, page func([]connectors.Stub) error) error {
	jql := everything
	if !since.IsZero() {
		jql = "updated >= " + strconv.FormatInt(since.UnixMilli(), 10)
	}
	empty := true
	err := l.listed(ctx, message.Of("list changed issues"), jql, func(stubs []connectors.Stub) error {
		stubs = slices.DeleteFunc(stubs, func(s connectors.Stub) bool { // Jira goes by the minute
			return !s.UpdatedAt.IsZero() && s.UpdatedAt.Before(since)
		})
		if len(stubs) == 0 {
			return nil
		}
		empty = false
		slices.SortFunc(stubs, connectors.Stub.Compare)
		return page(stubs)
	})
	if err != nil || !empty {
		return err
	}
	return l.known(ctx)
}

// everything is the query for all issues.
const everything = "created >= 0"

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// Census implements connectors.Tracker. A token that has become wrong is served as a stranger by some sites: then what
// was not listed is not gone.
func (l *lists) Census(ctx context.Context, page func([]connectors.Stub) error) error {
	if err := l.listed(ctx, message.Of("list all issues"), everything, page); err != nil {
		return err
	}
	return l.known(ctx)
}

// listed lists what of the scope fulfils a condition. A query that names a project that is gone is refused: then the
// projects are listed anew, once.
func (l *lists) listed(
	ctx context.Context,
	op message.Message,
	condition string,
	page func([]connectors.Stub) error,
) error {
	for again := false; ; again = true {
		jql, some, err := l.where(ctx, condition, again)
		if err != nil || !some {
			return err
		}
		came := false
		err = l.stubs(ctx, op, jql, func(stubs []connectors.Stub) error {
			came = true
			return page(stubs)
		})
		if again || came || l.client.Scope.Projects == nil || connectors.ClassOf(err) != connectors.Refused {
			return err
		}
	}
}

// stubs lists what a query finds, without what the issues hold.
func (l *lists) stubs(ctx context.Context, op message.Message, jql string, page func([]connectors.Stub) error) error {
	s := search{site: l.site, op: op, jql: jql, fields: []string{"updated"}}
	return s.pages(ctx, func(c *rest.Call, raw []json.RawMessage) error {
		stubs := make([]connectors.Stub, 0, len(raw))
		for _, r := range raw {
			var w struct {
				ID     id `json:"id"`
				Fields struct {
					Updated json.RawMessage `json:"updated"`
				} `json:"fields"`
			}
			err := json.Unmarshal(r, &w)
			if err != nil || number(string(w.ID)) <= 0 {
				return c.Garbled(0, errors.Join(err, message.New("an issue without id")))
			}
			stub := connectors.Stub{ID: string(w.ID)}
			var updated moment
			if json.Unmarshal(w.Fields.Updated, &updated) == nil { // one odd issue must not make the list unreadable
				stub.UpdatedAt = updated.Time
			}
			stubs = append(stubs, stub)
		}
		return page(stubs)
	})
}

// FindCreated implements connectors.Tracker. An issue that was moved to another project since, or whose description
// lost the mark, is not found; nor is one that the index does not have yet, see Capabilities.
func (l *lists) FindCreated(ctx context.Context, project, mark string, since time.Time) (string, bool, error) {
	me, err := l.myself(ctx) // as a stranger we would find nothing, and it would be made again
	if err != nil {
		return "", false, err
	}
	c := l.client.Call(ctx, message.Of("look for an issue that we made in project %s", project), rest.Elsewhere)
	if n, err := strconv.ParseUint(project, 10, 63); err != nil || n == 0 {
		return "", false, c.Fail(connectors.Refused, message.New("a project's id is a number"))
	}
	from := int64(0)
	if !since.IsZero() {
		from = max(0, since.UnixMilli())
	}
	found := ""
	s := search{
		site: l.site, op: message.Of("look for an issue that we made in project %s", project),
		fields: []string{"description", "creator", "project", "created"},
		jql:    "project = " + project + " AND creator = currentUser() AND created >= " + strconv.FormatInt(from, 10),
	}
	err = s.pages(ctx, func(c *rest.Call, raw []json.RawMessage) error {
		for _, r := range raw {
			var w struct {
				ID     id `json:"id"`
				Fields struct {
					Description *string `json:"description"`
					Creator     *person `json:"creator"`
					Project     named   `json:"project"`
					Created     moment  `json:"created"`
				} `json:"fields"`
			}
			if err := json.Unmarshal(r, &w); err != nil {
				return c.Garbled(0, err)
			}
			ours := w.Fields.Creator.id() == me.id() && string(w.Fields.Project.ID) == project && !w.Fields.Created.Before(since)
			if found == "" && ours && connectors.Bears(orEmpty(w.Fields.Description), mark) {
				found = string(w.ID)
			}
		}
		return nil
	})
	return found, found != "" && err == nil, err
}
