package mapping

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"slabridge/config/message"
)

// The keys of the texts. An admin replaces any of them, in any language. A public text is written for the customer,
// the others for staff.
const (
	TextReceipt          = "receipt"           // public: the request is registered
	TextWorkBegun        = "work-begun"        // public: work has begun
	TextAskItems         = "ask-items"         // public: what the request lacks; stands behind the receipt
	TextCustomerReminder = "customer-reminder" // public: we still wait for the customer
	TextClosingReminder  = "closing-reminder"  // public: likewise, and when the request will be closed
	TextNoAnswer         = "no-answer"         // public: the request is closed because no answer came

	TextWarn              = "warn"                // internal: a deadline comes near
	TextBreach            = "breach"              // internal: a deadline has passed
	TextInvolveDevelopers = "involve-developers"  // internal
	TextInformManagement  = "inform-management"   // internal
	TextProgressReminder  = "progress-reminder"   // internal: the customer is soon to be told how it goes
	TextProgressBreach    = "progress-breach"     // internal: the customer was not told in time
	TextMissingItems      = "missing-items"       // internal: what the request lacks
	TextStillMissing      = "still-missing"       // internal: the same, a day later: the customer is to be asked
	TextPhoneDuplicate    = "phone-duplicate"     // internal: the customer is to telephone as well
	TextPhoneLong         = "phone-long"          // internal: a phone consultation was too long
	TextOnSite            = "on-site"             // internal: someone is soon to be on site
	TextOnSiteBreach      = "on-site-breach"      // internal
	TextOutOfTurn         = "out-of-turn"         // internal: the request goes before others
	TextAgreeDate         = "agree-date"          // internal: a due date is soon to be agreed
	TextAgreeDateBreach   = "agree-date-breach"   // internal
	TextDateWarning       = "date-warning"        // internal: the agreed date comes near
	TextDateBreach        = "date-breach"         // internal
	TextPastDate          = "past-date"           // internal: the due date was set to a day that is over
	TextCauseReport       = "cause-report"        // internal: the report on the cause is soon due
	TextCauseReportBreach = "cause-report-breach" // internal
	TextNoOwner           = "no-owner"            // internal: nobody has the request
	TextNotAsked          = "not-asked"           // internal: it waits for a customer whom nobody asked
	TextAnswered          = "answered"            // internal: the customer answered after the closing
	TextThirdParty        = "third-party"         // internal: the customer is to hear of a third party
	TextNotEntitled       = "not-entitled"        // internal: the contract does not cover the request
	TextChangeCap         = "change-cap"          // internal: changes have cost so much of what they may
	TextDutyIssue         = "duty-issue"          // internal: the description of the issue made for a duty
	TextDutyWarning       = "duty-warning"        // internal: on that issue, its deadline comes near
	TextDutyBreach        = "duty-breach"         // internal
	TextLate              = "late"                // internal, on the watch issue: slabridge itself is late
	TextCaughtUp          = "caught-up"           // internal: and has caught up
	// of either audience, like what it corrects: an earlier comment was made in error.
	TextCorrection = "correction"
	TextNote       = "note" // internal: anything else
)

// PublicTexts lists the keys of the texts that are written to customers.
var PublicTexts = []string{
	TextReceipt, TextWorkBegun, TextAskItems, TextCustomerReminder, TextClosingReminder, TextNoAnswer,
}

// TextKeys lists every key, those for customers first.
var TextKeys = append(slices.Clone(PublicTexts),
	TextWarn, TextBreach, TextInvolveDevelopers, TextInformManagement, TextProgressReminder, TextProgressBreach,
	TextMissingItems, TextStillMissing, TextPhoneDuplicate, TextPhoneLong, TextOnSite, TextOnSiteBreach, TextOutOfTurn,
	TextAgreeDate, TextAgreeDateBreach, TextDateWarning, TextDateBreach, TextPastDate, TextCauseReport,
	TextCauseReportBreach, TextNoOwner, TextNotAsked, TextAnswered, TextThirdParty, TextNotEntitled, TextChangeCap,
	TextDutyIssue, TextDutyWarning, TextDutyBreach,
	TextCorrection, TextLate, TextCaughtUp, TextNote,
)

// TextData is everything a text may say, as plain strings that are safe in the tracker's markup. A template
// writes {{.Due}}, {{if .Assigned}}...{{end}}, {{range .Next}}{{.At}}{{end}}, {{join .Names ", "}};
// {{template "done" .}} and {{template "next" .}} give what the update does and what comes next in the usual words.
type TextData struct {
	Number     string // of the request, as people type it
	Subject    string
	Contract   string // the contract's title
	Obligation string
	Clause     string // "п. 8"
	Severity   string
	Started    string // when the cycle began
	Moment     string // when the step's moment came
	Due        string // "" when the obligation has none
	Remaining  string // counting time from Moment to Due: "20 минут рабочего времени"
	BeginBy    string // by when work will begin; "" when that has passed or is not promised
	Names      []string
	Items      []string // what the request lacks
	Asked      string   // the gist of what staff last told the customer, without a full stop
	AskedOn    string   // the day of that
	Done       []DoneData
	Date       string // the agreed date, or the day of the work
	Moves      string // how often the agreed date was moved: "2 раза"; "" for never
	Period     string // of the contract: "III квартал 2026 г."
	Spent      string // how long the work took
	AtMost     string // how long it may take
	By         string // whose work it was
	Plan       string // the plan that the work needs and the contract has not
	Valid      string // when the contract is valid: "с 1 января 2026 года по ..."; "" for always
	Share      string // of Limit: "80 %"
	Sum, Limit string
	Assignee   string   // whose the request is, before this write
	Assigned   string   // whom this very write assigns
	Priority   string   // the priority that this very write sets
	Watchers   []string // whom this very write makes watchers
	Corrects   []string // when the comments were made that this one takes back
	Made       bool     // the issue itself was made in error
	CanComment bool     // customers can comment on a closed request
	Reopened   bool     // this very write opens the request again
	Nobody     bool     // the step would assign somebody, and nobody can be assigned
	Solved     bool     // the request is resolved or closed
	Over       bool     // Sum is more than Limit
	// Raised is when a raised severity moved the deadline to what it is; "" where none did.
	Raised string
	// BeginClause is what BeginBy rests on, where that is another clause: "п. 8".
	BeginClause string
	Next        []NextData
}

// DoneData is one thing that staff did and the customer can see: a public note, or a change of status.
type DoneData struct {
	At   string // the day
	What string
}

// NextData is one thing that happens next if nobody acts.
type NextData struct {
	Obligation string
	ID         string // the obligation's: "progress-update"
	At         string
	Clause     string // the obligation's
	// ComesIn is what that brings: "обращение передаётся разработчикам".
	ComesIn string
}

// Texts renders the comments. It is immutable and safe for concurrent use.
type Texts struct {
	builtin map[textKey]*template.Template
	own     map[textKey]*template.Template
}

type textKey struct{ lang, key string }

// OwnText is an admin's text in place of a built-in one. Path is its place in the admin's file.
type OwnText struct {
	Lang, Key, Text, Path string
}

// NewTexts gives the built-in texts with the admin's own in their places. Each own text is parsed and rendered
// on sample data, full and empty, so that whatever it misspells is found now and not when a promise is at stake.
func NewTexts(own []OwnText) (*Texts, []Problem) {
	t := &Texts{builtin: make(map[textKey]*template.Template), own: make(map[textKey]*template.Template)}
	for _, lang := range message.Languages {
		all := builtinTexts(lang)
		for _, key := range TextKeys {
			t.builtin[textKey{lang, key}] = all.Lookup(key)
		}
	}
	var r resolver
	for _, o := range own {
		if tmpl := checkOwn(&r, o); tmpl != nil {
			t.own[textKey{o.Lang, o.Key}] = tmpl
		}
	}
	return t, r.problems
}

// builtinTexts are those of one language, and the parts that they call: {{template "next" .}}.
func builtinTexts(lang string) *template.Template {
	t := template.New(lang).Funcs(template.FuncMap{"join": strings.Join})
	for name, text := range message.Comments(lang) {
		template.Must(t.New(name).Parse(text)) // inside the program; a test renders them all
	}
	return t
}

// parseOwn parses an admin's text, which may call the same parts.
func parseOwn(lang, key, text string) (*template.Template, error) {
	return builtinTexts(lang).New(key).Parse(text)
}

func checkOwn(r *resolver, o OwnText) *template.Template {
	if !slices.Contains(TextKeys, o.Key) {
		entries := make([]entry, len(TextKeys))
		for i, k := range TextKeys {
			entries[i] = entry{id: k, names: []string{k}}
		}
		r.report(true, o.Path, o.Key, "there is no text of this name; %s", suggest(o.Key, entries))
		return nil
	}
	if !slices.Contains(message.Languages, o.Lang) {
		r.report(true, o.Path, o.Lang, "texts are in %s", strings.Join(message.Languages, " or "))
		return nil
	}
	tmpl, err := parseOwn(o.Lang, o.Key, o.Text)
	if err != nil {
		r.report(true, o.Path, o.Key, "%s", templateError(err))
		return nil
	}
	for _, sample := range []TextData{SampleText(o.Lang), {}} {
		if err := tmpl.Execute(io.Discard, sample); err != nil {
			r.report(true, o.Path, o.Key, "%s; the fields are those of TextData: %s", templateError(err), fieldNames)
			return nil
		}
	}
	return tmpl
}

const fieldNames = "Number, Subject, Contract, Obligation, Clause, Severity, Started, Moment, Due, Remaining, " +
	"BeginBy, Names, Items, Asked, AskedOn, Done (each with At, What), Date, Moves, Period, Spent, AtMost, By, Plan, " +
	"Valid, Share, Sum, Limit, Assignee, Assigned, Priority, Watchers, Corrects, Made, " +
	"CanComment, Reopened, Nobody, Solved, Over, BeginClause, Raised, " +
	"Next (each with Obligation, ID, At, Clause, ComesIn)"

// templateError leaves the place in the text and what is wrong with it.
func templateError(err error) string { return strings.TrimPrefix(err.Error(), "template: ") }

// render gives the text in the language, tidied so that no line of it begins with markup by accident. A text of
// the admin's that fails on real data falls back to the built-in one, and err says so beside the text.
func (t *Texts) render(lang, key string, data TextData) (text string, err error) {
	if !slices.Contains(message.Languages, lang) {
		lang = "en"
	}
	if !slices.Contains(TextKeys, key) {
		key = TextNote
	}
	at := textKey{lang, key}
	if own := t.own[at]; own != nil {
		if text, err = execute(own, data); err == nil && text != "" {
			return text, nil
		}
		err = message.Errorf("the replaced text %q gave nothing and the built-in one was taken: %w", key, errOr(err))
	}
	text, builtinErr := execute(t.builtin[at], data)
	if builtinErr != nil {
		panic(builtinErr) // templates over plain strings, rendered by tests with everything and with nothing
	}
	return text, err
}

func errOr(err error) error {
	if err == nil {
		return message.Errorf("it is empty for this request")
	}
	return err
}

var blankLines = regexp.MustCompile(`\n{3,}`)

func execute(t *template.Template, data TextData) (string, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")), nil
}
