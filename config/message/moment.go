package message

import "time"

// monthsOf are the months as they stand in a date.
var monthsOf = [...]Format{
	"January", "February", "March", "April", "May (of a date)", "June", "July", "August", "September", "October",
	"November", "December",
}

// Moment writes a moment as the language does, on the clock of its zone, which the text around it names: "2026-11-29
// 07:18:00", "29 ноября 2026 г., 07:18".
func Moment(lang string, t time.Time) string {
	if lang == English {
		return t.Format("2006-01-02 15:04:05")
	}
	clock := "15:04"
	if t.Second() != 0 {
		clock = "15:04:05"
	}
	return Say(lang, "%d %s %d, %s", t.Day(), monthsOf[t.Month()-1], t.Year(), t.Format(clock))
}
