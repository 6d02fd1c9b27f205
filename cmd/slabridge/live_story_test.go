package main

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/mapping"
)

// TestLiveStory is the main job from end to end: requests of different ages before the first pass, so that each is
// in another chapter of the same story, then what slabridge wrote, read with the keys of the customer and of staff.
func TestLiveStory(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	s := d.site(t)
	newborn := d.issue(t, "critical", "Сервер не отвечает", 2*time.Minute)
	warned := d.issue(t, "critical", "Нет связи с базой", 12*time.Minute)
	late := d.issue(t, "critical", "Не печатает отчёт", 25*time.Minute)
	later := d.issue(t, "critical", "Вход закрыт", 2*time.Hour+5*time.Minute)
	latest := d.issue(t, "critical", "*Всё* _упало_ h1. [[wiki]] {{include(x)}}", 4*time.Hour+5*time.Minute)
	calm := d.issue(t, "non-critical", "Медленный поиск", 95*time.Minute)
	dayOld := d.issue(t, "non-critical", "Опечатка в акте", 25*time.Hour)
	minor := d.issue(t, "minor", "Цвет кнопки", time.Hour)
	begun := d.issue(t, "critical", "Ошибка входа", 5*time.Minute)
	d.put(t, d.staff(), begun, object{"status_id": d.Statuses["in_progress"]})
	answered := d.issue(t, "critical", "Сбой обмена", 30*time.Minute)
	d.put(t, d.staff(), answered, object{"notes": "Занимаемся, видим причину."})
	d.backdateLast(t, answered, 20*time.Minute)

	contains(t, "check", s.want(t, exitOK, "check").out, "no faults")
	contains(t, "check --live", s.want(t, exitOK, "check", "--live").out, "we are "+d.bot.name,
		`ok      comment internally: "Set notes as private" (set_notes_private)`)
	if synced := jsonLines[syncInfo](t, s, "sync"); len(synced) != 1 || synced[0].New != 10 || !synced[0].Complete {
		t.Fatalf("sync: %+v", synced)
	}
	planned := s.want(t, exitOK, "plan").out
	contains(t, "plan", planned, "start of work, at the deadline", "confirmation of receipt, at the start", "clause 8")
	if public, private := d.notes(t, d.staff(), latest, d.bot.id); len(public)+len(private) > 0 {
		t.Fatalf("plan wrote %q %q", public, private)
	}
	passed := jsonLines[passInfo](t, s, "enforce")
	if len(passed) != 1 || passed[0].Changed != 0 || passed[0].Evaluated != 10 ||
		len(passed[0].Held)+len(passed[0].Refused)+len(passed[0].Problems) > 0 {
		t.Errorf("enforce: %+v", passed)
	}

	for _, want := range []chapter{
		{issue: newborn, public: []string{"acknowledge/start"}, private: []string{phone}, priority: "Normal"},
		{
			issue: warned, public: []string{"acknowledge/start"}, private: []string{phone, "respond/warn-50"},
			priority: "Normal",
		},
		{
			issue: late, public: []string{"acknowledge/start"}, private: []string{phone, "respond/due"},
			assignee: "Sanjay Support", priority: "Immediate",
		},
		{
			issue: later, public: []string{"acknowledge/start"},
			private:  []string{phone, "respond/due", "involve-developers/due"},
			assignee: "Dora Developer", priority: "Immediate",
		},
		{
			issue: latest, public: []string{"acknowledge/start"},
			private:  []string{phone, "respond/due", "involve-developers/due", "inform-management/due"},
			assignee: "Dora Developer", priority: "Immediate", told: true,
		},
		{issue: calm, public: []string{"acknowledge/start"}, private: []string{"respond/warn-75"}, priority: "Normal"},
		{
			issue: dayOld, public: []string{"acknowledge/start"}, private: []string{"respond/due", "involve-developers/due"},
			assignee: "Dora Developer", priority: "High",
		},
		{issue: minor, public: []string{"acknowledge/start"}, priority: "Normal"},
		{
			issue: begun, public: []string{"acknowledge/start", "confirm-work/start"}, private: []string{phone},
			priority: "Normal",
		},
		{issue: answered, private: []string{phone}, priority: "Normal"},
	} {
		want.check(t, d)
	}

	t.Run("texts", func(t *testing.T) { s.texts(t, late, latest) })
	t.Run("explain", func(t *testing.T) { s.explains(t, answered, latest) })
	t.Run("goes on", func(t *testing.T) { s.goesOn(t) })
}

// backdateLast moves the newest journal of an issue into the past.
func (d *desk) backdateLast(t testing.TB, issue int, ago time.Duration) {
	t.Helper()
	journals := d.show(t, d.admin(), issue).Journals
	d.lab(t, "act", "backdate-journal", strconv.Itoa(journals[len(journals)-1].ID), moment(-ago))
}

// chapter is what an issue must look like: the steps whose comments the customer may read, those only staff may,
// and what else was done.
type chapter struct {
	issue              int
	public, private    []string
	assignee, priority string
	told               bool // management watches it
}

// phone is the internal reminder that every critical request begins with.
const phone = "phone-duplicate/start"

func (c chapter) check(t *testing.T, d *desk) {
	t.Helper()
	public, private := d.notes(t, d.staff(), c.issue, d.bot.id)
	if got := stepsOf(public); !slices.Equal(got, c.public) {
		t.Errorf("#%d: public comments for %q, want %q", c.issue, got, c.public)
	}
	if got := stepsOf(private); !slices.Equal(got, c.private) {
		t.Errorf("#%d: private comments for %q, want %q", c.issue, got, c.private)
	}
	theirs, hidden := d.notes(t, d.customer(), c.issue, d.bot.id)
	if !slices.Equal(theirs, public) || len(hidden) > 0 {
		t.Errorf("#%d: the customer reads %q and %q, want what is public alone", c.issue, theirs, hidden)
	}
	now := d.show(t, d.admin(), c.issue)
	if now.Assignee.Name != c.assignee || now.Priority.Name != c.priority {
		t.Errorf("#%d: with %q, priority %q; want %q, %q", c.issue, now.Assignee.Name, now.Priority.Name, c.assignee,
			c.priority)
	}
	// Redmine makes whoever contributes a watcher, ourselves included.
	if told := slices.ContainsFunc(now.Watchers, func(w named) bool { return w.Name == "Maria Manager" }); told != c.told {
		t.Errorf("#%d: management watches: %v, want %v", c.issue, told, c.told)
	}
}

// stepsOf reads the steps out of the marks of comments.
func stepsOf(notes []string) []string {
	var out []string
	for _, n := range notes {
		_, steps, found := mapping.ParseMark(n)
		if !found {
			out = append(out, "no mark: "+n)
		}
		for _, s := range steps {
			out = append(out, s.Step)
		}
	}
	return out
}

// texts holds the comments to naming clause, due in the contract's zone and what comes next; nothing of the subject
// may work as markup.
func (s *site) texts(t *testing.T, late, latest int) {
	public, private := s.notes(t, s.staff(), late, s.bot.id)
	contains(t, "receipt", public[0], "№ "+strconv.Itoa(late), "критичный сбой", "п. 7")
	contains(t, "breach", private[0], "Нарушен срок", "п. 8", "Назначен исполнитель: "+
		"Sanjay Support",
		"Повышаем приоритет до «Immediate»",
		"Ближайшие сроки", "подключение "+
			"разработчиков", "информирование руководства")
	_, private = s.notes(t, s.staff(), latest, s.bot.id)
	contains(t, "escalation", private[0], "Вниманию руководства (Maria "+
		"Manager)", "Добавлены наблюдатели: Maria Manager",
		"Назначен исполнитель: Dora Developer")
	for _, markup := range []string{"*Всё*", "_упало_", "[[wiki]]", "{{include"} {
		if strings.Contains(private[0], markup) {
			t.Errorf("markup of the subject is alive: %q in\n%s", markup, private[0])
		}
	}
}

func (s *site) explains(t *testing.T, answered, latest int) {
	text := s.want(t, exitOK, "explain", strconv.Itoa(latest)).out
	contains(t, "explain", text, "severity critical failure", "(clause 7)", "(clause 8)", "(clause 9)",
		"breached  start of work", "not judged involvement of the developers", // due before slabridge watched
		"escalated information of the management", "breached  confirmation of receipt", "running   progress update",
		"what slabridge did")
	for _, x := range jsonLines[explanation](t, s, "explain", strconv.Itoa(answered)) {
		states := map[string]string{}
		for _, c := range x.Cycles {
			states[c.Obligation] += c.State
		}
		if got, want := states["respond"]+" "+states["acknowledge"]+" "+
			states["involve-developers"], "met met running"; got != want {
			t.Errorf("an answer in time: %s, want %s", got, want)
		}
	}
	contains(t, "status", s.want(t, exitOK, "status").out, "progress update")
	contains(t, "ledger", s.want(t, exitOK, "ledger", "list", "--issue", strconv.Itoa(latest)).out,
		"information of the management", "done")
}

// goesOn: a request born after the first pass is registered in the next one, and an answer ends what it answers.
func (s *site) goesOn(t *testing.T) {
	born := s.issue(t, "critical", "Новый сбой", 0)
	s.want(t, exitOK, "enforce")
	chapter{issue: born, public: []string{"acknowledge/start"}, private: []string{phone}, priority: "Normal"}.check(t,
		s.desk)
	s.put(t, s.staff(), born, object{"notes": "Смотрим.", "status_id": s.Statuses["in_progress"]})
	// an answer in the second of our own write has the same time of change: it is read once that second is over
	met := ""
	for range 20 {
		s.want(t, exitOK, "enforce")
		if met = s.want(t, exitOK, "explain", strconv.Itoa(born)).out; strings.Contains(met, "met       start of work") {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	contains(t, "explain", met, "met       start of work")
	chapter{issue: born, public: []string{"acknowledge/start"}, private: []string{phone}, priority: "Normal"}.check(t,
		s.desk)
}
