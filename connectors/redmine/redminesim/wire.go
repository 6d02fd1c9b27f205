package redminesim

import "time"

// Ref is how answers name another thing: number and name. The name of an issue is left out.
type Ref struct {
	ID   int    `json:"id"`
	Name string `json:"name,omitempty"`
}

// StatusRef is an issue's status.
type StatusRef struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	IsClosed bool   `json:"is_closed"`
}

// FieldValue is a custom field of something; Value is null until it was set once.
type FieldValue struct {
	ID    int     `json:"id"`
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

// Issue is an issue as one user gets it over REST. Times are "2026-11-22T07:38:11Z".
type Issue struct {
	ID                  int          `json:"id"`
	Project             Ref          `json:"project"`
	Tracker             Ref          `json:"tracker"`
	Status              StatusRef    `json:"status"`
	Priority            Ref          `json:"priority"`
	Author              Ref          `json:"author"`
	AssignedTo          *Ref         `json:"assigned_to,omitempty"`
	Parent              *Ref         `json:"parent,omitempty"`
	Subject             string       `json:"subject"`
	Description         *string      `json:"description"`
	StartDate           *string      `json:"start_date"`
	DueDate             *string      `json:"due_date"`
	DoneRatio           int          `json:"done_ratio"`
	IsPrivate           bool         `json:"is_private"`
	EstimatedHours      *float64     `json:"estimated_hours"`
	TotalEstimatedHours *float64     `json:"total_estimated_hours"`
	SpentHours          *float64     `json:"spent_hours,omitempty"`
	TotalSpentHours     *float64     `json:"total_spent_hours,omitempty"`
	CustomFields        []FieldValue `json:"custom_fields,omitempty"`
	CreatedOn           string       `json:"created_on"`
	UpdatedOn           string       `json:"updated_on"`
	ClosedOn            *string      `json:"closed_on"`

	// What follows comes only when asked for by ?include=.
	Children        []Child       `json:"children,omitempty"`
	Attachments     *[]Attachment `json:"attachments,omitempty"`
	Relations       *[]Relation   `json:"relations,omitempty"`
	Journals        *[]Journal    `json:"journals,omitempty"`
	Watchers        *[]Ref        `json:"watchers,omitempty"`
	AllowedStatuses *[]StatusRef  `json:"allowed_statuses,omitempty"`
}

// Child is a subtask, with its own subtasks.
type Child struct {
	ID       int     `json:"id"`
	Tracker  Ref     `json:"tracker"`
	Subject  string  `json:"subject"`
	Children []Child `json:"children,omitempty"`
}

// Journal is one entry of an issue's history. 5.0 shows neither UpdatedOn nor UpdatedBy.
type Journal struct {
	ID           int      `json:"id"`
	User         Ref      `json:"user"`
	Notes        *string  `json:"notes"`
	CreatedOn    string   `json:"created_on"`
	UpdatedOn    string   `json:"updated_on,omitempty"`
	UpdatedBy    *Ref     `json:"updated_by,omitempty"`
	PrivateNotes bool     `json:"private_notes"`
	Details      []Detail `json:"details"`
}

// Detail is one change in a Journal; all values are strings or null, ids rather than names.
type Detail struct {
	Property string  `json:"property"` // attr, cf, relation or attachment
	Name     string  `json:"name"`
	OldValue *string `json:"old_value"`
	NewValue *string `json:"new_value"`
}

// Relation joins two issues.
type Relation struct {
	ID           int    `json:"id"`
	IssueID      int    `json:"issue_id"`
	IssueToID    int    `json:"issue_to_id"`
	RelationType string `json:"relation_type"`
	Delay        *int   `json:"delay"`
}

// Attachment is a file of an issue.
type Attachment struct {
	ID          int    `json:"id"`
	Filename    string `json:"filename"`
	Filesize    int    `json:"filesize"`
	ContentType string `json:"content_type"`
	Description string `json:"description"`
	ContentURL  string `json:"content_url"`
	Author      Ref    `json:"author"`
	CreatedOn   string `json:"created_on"`
}

// page is what a list says of itself; with nometa=1 it says nothing.
type page struct {
	Total  *int `json:"total_count,omitempty"`
	Offset *int `json:"offset,omitempty"`
	Limit  *int `json:"limit,omitempty"`
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func stampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return ptr(stamp(t))
}

func ptr[T any](v T) *T { return &v }

// orNull turns the empty string into null.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
