package guess

import (
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Field is a field of the tracker that probably holds what a contract asks for.
type Field struct {
	Is     string
	Field  connectors.Field
	Filled int      // issues of the sample with a value
	In     []string // of a flag: the values that mean yes
}

// Duty is something that a contract asks an issue for, with the obligations that do.
type Duty struct {
	Is  string
	For []string
}

// Duties lists what the obligations of a contract read from fields, in their order.
func Duties(c *enforcer.Contract) []Duty {
	var out []Duty
	add := func(is, obligation string) {
		if is == "" {
			return
		}
		i := slices.IndexFunc(out, func(d Duty) bool { return d.Is == is })
		if i < 0 {
			i = len(out)
			out = append(out, Duty{Is: is})
		}
		if !slices.Contains(out[i].For, obligation) {
			out[i].For = append(out[i].For, obligation)
		}
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		for _, cond := range slices.Concat([]enforcer.Condition{o.Start}, o.Stop, o.Accept) {
			add(cond.Field, o.ID)
		}
		for _, item := range o.Items {
			add(item.ID, o.ID)
			add(item.Where, o.ID)
		}
		if o.Agreed {
			add(enforcer.FieldAgreedDue, o.ID)
		}
	}
	return out
}

// titles are how fields are called, by what they hold.
var titles = map[string][]string{
	"notified-by-phone": {
		"phone notified", "notified by phone", "phoned", "phone call", "сообщено по телефону", "звонок", "по телефону",
		"дублирован по телефону",
	},
	"on-site-requested": {"visit requested", "on site requested", "onsite requested", "выезд запрошен", "запрос выезда"},
	"on-site-agreed":    {"on site agreed", "onsite agreed", "visit agreed", "выезд согласован", "согласован выезд"},
	"arrived":           {"arrived", "arrival", "прибыти", "прибыл", "время прибытия"},
	"cause-report":      {"cause report", "root cause", "отчет о причин", "причина сбо", "причины сбо"},
	"agreed":            {"date agreed", "due date agreed", "срок согласован", "согласовано с заказчиком"},
	"agreed-due":        {"agreed due", "agreed date", "согласованный срок", "согласованная дата"},
	"conditions":        {"conditions", "steps to reproduce", "условия возникновен", "условия", "шаги воспроизведен"},
	"business-impact": {
		"business impact", "business criticality", "criticality for",
		"влияние на бизнес", "критичность для",
		"степень критичности для",
	},
	"received":  {"received at", "получено", "дата получения", "время получения"},
	"hold":      {"sla hold", "hold sla", "пауза sla", "sla приостановлен"},
	"sla-due":   {"sla due", "срок по sla", "срок sla"},
	"sla-state": {"sla state", "состояние по sla", "состояние sla"},
	"cost":      {"cost", "стоимост"},
}

// flags hold yes or no: filled at all means nothing of them.
var flags = []string{"agreed", "hold", "on-site-requested", "after-hours-agreed", "on-behalf", "by-mail"}

var yes = []string{"1", "yes", "true", "да", "on"}

// Titled finds the field that is called as what holds it usually is, but for the one that tells the severity.
func Titled(s Sample, is string, severity connectors.Field) (Field, bool) {
	for _, title := range titles[is] {
		for _, f := range s.Directory.Fields {
			if f.ID == severity.ID || !strings.HasPrefix(plain(f.Name), title) {
				continue
			}
			if found, ok := Holding(s, is, f); ok {
				return found, true
			}
		}
	}
	return Field{}, false
}

// Holding takes a field for what holds something, and counts its values. ok is false for a flag of which no yes was
// ever seen: nobody can tell what its values say.
func Holding(s Sample, is string, f connectors.Field) (found Field, ok bool) {
	found = Field{Is: is, Field: f}
	for _, i := range s.Issues {
		for _, v := range i.Values[f.ID] {
			found.Filled++
			if slices.Contains(yes, strings.ToLower(v)) && !slices.Contains(found.In, v) {
				found.In = append(found.In, v)
			}
		}
	}
	if !slices.Contains(flags, is) {
		found.In = nil
		return found, true
	}
	return found, found.In != nil
}
