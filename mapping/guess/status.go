package guess

import (
	"slabridge/connectors"
	"slabridge/enforcer"
)

// Status is a status of the tracker with the class that it probably is of.
type Status struct {
	connectors.Status
	Class enforcer.StatusClass // "" where nothing tells
	Sure  bool
	Named bool // the name tells the class
	// Issues of the sample are in it now. Of the Visits that the histories tell of, so many were ended by the customer:
	// by a note, or by another status.
	Issues, Visits, ByCustomer int
}

// Used reports whether the sample has seen the status.
func (s Status) Used() bool { return s.Issues > 0 || s.Visits > 0 }

var statusWords = stems[enforcer.StatusClass]{
	{enforcer.New, []string{
		"new", "open", "reopened", "to do", "todo", "backlog", "submitted", "waiting for support", "нов", "открыт",
		"переоткрыт", "зарегистр", "поступил", "принят", "ожидает поддержк",
	}},
	{enforcer.Working, []string{
		"in progress", "progress", "work", "investigat", "escalated", "assigned", "implement",
		"в работ", "работ", "выполняется",
		"исполняется", "разработк", "анализ", "диагност", "назначен", "эскал",
	}},
	{enforcer.WaitingCustomer, []string{
		"waiting for customer", "waiting for client", "waiting for user", "waiting on customer", "awaiting customer",
		"customer", "client", "feedback", "need info", "needs info", "more info", "need more info", "ожидание заказчик",
		"ожидание клиент", "ожидание ответ", "ждем заказчик", "ждем клиент",
		"ждем ответ", "ожидает ответ", "ожидает заказчик",
		"ожидает клиент", "у заказчик", "у клиент", "заказчик", "клиент", "нужен отклик", "обратная связь", "уточнен",
		"запрос информ", "запрошена информ", "требуется информ",
	}},
	{enforcer.WaitingThirdParty, []string{
		"third party", "waiting for third", "vendor", "supplier", "frozen", "hold", "on hold", "postponed", "suspended",
		"deferred", "pending", "заморож", "отложен", "приостан", "третья сторона", "третьей сторон", "поставщик",
		"производител", "ожидание поставщик", "у подрядчик",
	}},
	{enforcer.Resolved, []string{
		"resolved", "done", "fixed", "completed",
		"решен", "выполнен", "исправлен", "устранен", "сделан", "готов", "реализован",
	}},
	{enforcer.Closed, []string{
		"closed", "rejected", "cancel", "declined", "won t", "wont", "duplicate", "закрыт", "отклонен", "отменен", "завершен",
		"отказ", "дубл",
	}},
}

// categoryClass is what a tracker's own class of a status means where nothing else tells.
var categoryClass = map[string]enforcer.StatusClass{
	"new": enforcer.New, "indeterminate": enforcer.Working, "done": enforcer.Closed,
}

// CategoryClass is what a status category means, "" for one that is not known.
func CategoryClass(category string) enforcer.StatusClass { return categoryClass[category] }

// What behaviour takes to tell: so many visits of which so many percent the customer ended, or so few.
const (
	fewVisits  = 3
	mostEnded  = 60
	leastEnded = 20
)

// Statuses guesses the class of each status, in the tracker's order. roleOf tells who is who.
func Statuses(s Sample, roleOf func(person string) enforcer.Role) []Status {
	out := make([]Status, len(s.Directory.Statuses))
	at := map[string]*Status{}
	for i, x := range s.Directory.Statuses {
		out[i].Status = x
		at[x.ID] = &out[i]
	}
	for _, i := range s.Issues {
		if st := at[i.Values.One(connectors.FieldStatus)]; st != nil {
			st.Issues++
		}
	}
	for _, h := range s.Histories {
		visits(h, at, roleOf)
	}
	for i := range out {
		out[i].judge()
	}
	return out
}

// visits counts the visits of one issue to its statuses that have ended, and by whom. A note of the customer's in a
// status ends the waiting, whoever sets the next status.
func visits(h connectors.History, at map[string]*Status, roleOf func(string) enforcer.Role) {
	now := h.Initial().One(connectors.FieldStatus)
	answered := false
	for _, e := range h.Events {
		customer := roleOf(e.Author) == enforcer.Customer
		answered = answered || customer && e.Note != nil && !e.Note.Internal
		for _, c := range e.Changes {
			if c.Field != connectors.FieldStatus || len(c.To) == 0 {
				continue
			}
			if st := at[now]; st != nil {
				st.Visits++
				if answered || customer {
					st.ByCustomer++
				}
			}
			now, answered = c.To[0], false
		}
	}
}

func (s *Status) judge() {
	is, sure, found := statusWords.means(s.Name)
	s.Named = found
	ended := share(s.ByCustomer, s.Visits)
	done := s.Closed || s.Category == "done"
	switch {
	case done && found && !is.Open():
		s.Class, s.Sure = is, sure
	case done: // the tracker itself says that there is nothing left to do
		s.Class, s.Sure = enforcer.Closed, !found
	case found && is == enforcer.WaitingCustomer:
		s.Class = is
		s.Sure = sure && !ambiguous(s.Name) && (s.Visits < fewVisits || ended > leastEnded) ||
			s.Visits >= fewVisits && ended >= mostEnded
	case s.Visits >= fewVisits && ended >= mostEnded && (!found || is == enforcer.WaitingThirdParty):
		s.Class, s.Sure = enforcer.WaitingCustomer, !found
	case found && is == enforcer.Closed: // called closed, and the tracker goes on counting it as open
		s.Class = is
	case found:
		s.Class, s.Sure = is, sure
	default:
		s.Class = categoryClass[s.Category]
		if s.Class == "" && s.Used() { // neither closed nor ended by the customer: somebody is at work, most likely
			s.Class = enforcer.Working
		}
	}
	s.Sure = s.Sure || !s.Used() // no request was seen in it: not worth a question
}

// ambiguous are names that wait for the customer on one desk and come from him on another.
func ambiguous(name string) bool {
	switch plain(name) {
	case "feedback", "нужен отклик", "обратная связь", "customer", "client", "заказчик", "клиент":
		return true
	}
	return false
}
