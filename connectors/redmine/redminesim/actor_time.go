package redminesim

import (
	"net/http"
	"strconv"
)

// Booking describes booked time. In an edit, empty fields stay as they are.
type Booking struct {
	Issue    int     // 0 in a new one: on Project as a whole
	Project  string  // identifier; of time that stands on no issue
	Hours    float64 // kept exactly; shown in hundredths
	Activity string  // name
	Comment  string
	On       string // YYYY-MM-DD; "" is today
	For      string // login; "" is whoever books
}

// AddTimeEntry logs hours on an issue, today, and returns the entry's number. activity is a name.
func (p Person) AddTimeEntry(issueID int, hours float64, activityName, comment string) (int, error) {
	return p.Book(Booking{Issue: issueID, Hours: hours, Activity: activityName, Comment: comment})
}

// Book logs time and returns the entry's number. Zero hours are logged as such.
func (p Person) Book(b Booking) (int, error) {
	attrs, err := p.booked(b)
	if err != nil {
		return 0, err
	}
	attrs["hours"] = strconv.FormatFloat(b.Hours, 'f', -1, 64)
	var out struct {
		Entry timeEntryJSON `json:"time_entry"`
	}
	err = p.ask(http.MethodPost, "/time_entries", map[string]any{"time_entry": attrs}, &out)
	return out.Entry.ID, err
}

// EditTime changes a time entry. An issue moves it there.
func (p Person) EditTime(id int, b Booking) error {
	attrs, err := p.booked(b)
	if err != nil {
		return err
	}
	return p.ask(http.MethodPut, "/time_entries/"+strconv.Itoa(id), map[string]any{"time_entry": attrs}, nil)
}

// booked writes a booking the way the API wants it. An unknown name is an error.
func (p Person) booked(b Booking) (out map[string]any, err error) {
	err = p.s.named(func() { out = p.translateBooking(b) })
	return out, err
}

func (p Person) translateBooking(b Booking) map[string]any {
	out := map[string]any{}
	in := 0
	if i := p.s.st.issues[b.Issue]; i != nil {
		in = i.project
	}
	if b.Project != "" {
		in = p.s.mustProject(b.Project).id
		out["project_id"] = strconv.Itoa(in)
	}
	if b.Issue != 0 {
		out["issue_id"] = strconv.Itoa(b.Issue)
	}
	if b.Hours != 0 {
		out["hours"] = strconv.FormatFloat(b.Hours, 'f', -1, 64)
	}
	if b.Activity != "" {
		out["activity_id"] = strconv.Itoa(p.s.mustActivity(in, b.Activity).id)
	}
	if b.Comment != "" {
		out["comments"] = b.Comment
	}
	if b.On != "" {
		out["spent_on"] = b.On
	}
	if b.For != "" {
		out["user_id"] = strconv.Itoa(p.s.mustUser(b.For).id)
	}
	return out
}

// RemoveTimeEntry takes a time entry away.
func (p Person) RemoveTimeEntry(id int) error {
	return p.ask(http.MethodDelete, "/time_entries/"+strconv.Itoa(id), nil, nil)
}
