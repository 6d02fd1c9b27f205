package board

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode"

	"slabridge/config/message"
)

// frame is what stands around the contents of a page.
type frame struct {
	Lang, Title string
	Here        string // which part of the board the page belongs to
	Contracts   []Option
	Languages   []Language
	keepLang    bool
	Body        any
}

// Language is one in which the page can be read.
type Language struct {
	ID, Name, Address string
	Current           bool
}

// languageNames are the languages' own names.
var languageNames = map[string]string{"en": "English", "ru": "Русский"}

// To is the address of a place on the board, in the language that the reader chose.
func (f *frame) To(path string) string {
	if !f.keepLang {
		return path
	}
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set("lang", f.Lang)
	u.RawQuery = q.Encode()
	return u.String()
}

// RequestPage is the address of a request's page.
func (f *frame) RequestPage(key string) string { return f.To("/request/" + url.PathEscape(key)) }

// ContractPage is the address of a contract's page.
func (f *frame) ContractPage(id string) string { return f.To("/contract/" + url.PathEscape(id)) }

// ChosenLang is the language that the reader chose in the address, "" for none.
func (f *frame) ChosenLang() string {
	if f.keepLang {
		return f.Lang
	}
	return ""
}

// templates are the pages by their language.
var templates = readTemplates()

func readTemplates() map[string]*template.Template {
	out := map[string]*template.Template{}
	for _, lang := range message.Languages {
		t := template.New("board").Funcs(template.FuncMap{"t": func(text string, args ...any) (string, error) {
			if !slices.Contains(texts, message.Format(text)) {
				return "", fmt.Errorf("%q is not among the texts", text) //nolint:forbidigo // a mistake of ours
			}
			return message.Say(lang, message.Format(text), args...), nil
		}, "list": func(values ...any) []any { return values }})
		out[lang] = template.Must(WithParts(t).ParseFS(files, "pages/board/*.html"))
	}
	return out
}

// chosen reports whether the address says the language.
func chosen(r *http.Request) bool {
	return slices.Contains(message.Languages, r.URL.Query().Get("lang"))
}

// show writes a page. It is made whole first: what fails half-way is an error and not half a page.
func (b *Board) show(w http.ResponseWriter, r *http.Request, code int, name string, f frame) {
	f.Lang, f.keepLang = b.language(r), chosen(r)
	f.Contracts = b.answers.Contracts(r.Context(), f.Lang)
	for _, lang := range slices.Sorted(slices.Values(message.Languages)) {
		q := r.URL.Query()
		q.Set("lang", lang)
		f.Languages = append(f.Languages, Language{
			ID: lang, Name: cmp.Or(languageNames[lang], lang), Current: lang == f.Lang,
			Address: (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String(),
		})
	}
	var body bytes.Buffer
	if err := templates[f.Lang].ExecuteTemplate(&body, name, &f); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", f.Lang)
	h.Set("Vary", "Accept-Language")
	w.WriteHeader(code)
	_, _ = w.Write(inOrder(body.Bytes())) // the reader may be gone
}

// inOrder has marks of direction written out, \u202e, as a terminal is shown them: nothing on a page stands in another
// order than it was written.
func inOrder(text []byte) []byte {
	mark := func(c rune) bool { return unicode.Is(unicode.Bidi_Control, c) }
	if !bytes.ContainsFunc(text, mark) {
		return text
	}
	var out bytes.Buffer
	for _, c := range string(text) {
		if mark(c) {
			fmt.Fprintf(&out, `\u%04x`, c)
		} else {
			out.WriteRune(c)
		}
	}
	return out.Bytes()
}

// failed shows an error, in the reader's language.
func (b *Board) failed(w http.ResponseWriter, r *http.Request, err error) {
	lang := b.language(r)
	b.show(w, r, status(err), "failed.html", frame{
		Title: message.Say(lang, "This page cannot be shown"), Body: message.Error(lang, err),
	})
}

// deskPage is the desk with the question that it answers.
type deskPage struct {
	Desk
	Ask              DeskQuestion
	Spans            []Option
	From, To, Pages  int
	Previous, Follow string // addresses; "" where there is none
}

func (b *Board) desk(w http.ResponseWriter, r *http.Request) {
	q, err := deskQuestion(r.URL.Query())
	if err != nil {
		b.failed(w, r, err)
		return
	}
	lang := b.language(r)
	d, err := b.answers.Desk(r.Context(), lang, q)
	if err != nil {
		b.failed(w, r, err)
		return
	}
	p := deskPage{Desk: d, Ask: q, Pages: max(1, (d.Total+RowsOnPage-1)/RowsOnPage)}
	for _, span := range []time.Duration{time.Hour, 4 * time.Hour, 8 * time.Hour, 40 * time.Hour} {
		p.Spans = append(p.Spans, Option{span.String(), message.Say(lang, "%dh", int(span.Hours()))})
	}
	p.From = (q.Page-1)*RowsOnPage + 1
	p.To = p.From + len(d.Overdue) + len(d.Next) - 1
	address := func(page int) string {
		v := q.query()
		v.Set("page", strconv.Itoa(page))
		return "/?" + v.Encode()
	}
	if q.Page > 1 {
		p.Previous = address(q.Page - 1)
	}
	if q.Page < p.Pages {
		p.Follow = address(q.Page + 1)
	}
	b.show(w, r, http.StatusOK, "desk.html", frame{Title: message.Say(lang, "Desk"), Here: "desk", Body: p})
}

// Within is the chosen span as it stands among the Spans.
func (p deskPage) Within() string {
	if p.Ask.Within == 0 {
		return ""
	}
	return p.Ask.Within.String()
}

// Chosen reports whether anything is left out.
func (p deskPage) Chosen() bool { return len(p.Ask.query()) > 0 }

// requestPage is a request with its pictures.
type requestPage struct {
	Requests
	Calendar bool // the pictures lie on an axis of plain time
	Pictures []template.HTML
	Turn     string // address of the page with the other axis
}

func (b *Board) request(w http.ResponseWriter, r *http.Request) {
	lang := b.language(r)
	found, err := b.answers.Request(r.Context(), lang, r.PathValue("key"))
	if err != nil {
		b.failed(w, r, err)
		return
	}
	p := requestPage{Requests: found, Calendar: r.URL.Query().Get("axis") == "calendar"}
	p.Turn = "/request/" + url.PathEscape(r.PathValue("key"))
	if !p.Calendar {
		p.Turn += "?axis=calendar"
	}
	title := r.PathValue("key")
	for i := range found.Stories {
		x := &found.Stories[i]
		title = x.Typed + " " + x.Subject
		p.Pictures = append(p.Pictures, picture(x, i, lang, p.Calendar))
	}
	b.show(w, r, http.StatusOK, "request.html", frame{Title: title, Here: "request", Body: p})
}

func (b *Board) contract(w http.ResponseWriter, r *http.Request) {
	c, err := b.answers.Contract(r.Context(), b.language(r), contractQuestion(r))
	if err != nil {
		b.failed(w, r, err)
		return
	}
	f := frame{Lang: b.language(r), keepLang: chosen(r)}
	for _, p := range c.Parts {
		if p.Table == nil {
			continue
		}
		p.Table.Name = p.Title
		for _, row := range p.Table.Rows {
			for i := range row {
				if key := row[i].Request; key != "" {
					row[i].Link = f.RequestPage(key)
				}
			}
		}
	}
	b.show(w, r, http.StatusOK, "contract.html", frame{Title: c.Title, Here: "contract/" + c.ID, Body: c})
}

func (b *Board) trust(w http.ResponseWriter, r *http.Request) {
	lang := b.language(r)
	t, err := b.answers.Trust(r.Context(), lang)
	if err != nil {
		b.failed(w, r, err)
		return
	}
	b.show(w, r, http.StatusOK, "trust.html", frame{Title: message.Say(lang, "Trust"), Here: "trust", Body: t})
}

// static serves the style, the script and the icon.
func static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	body, err := files.ReadFile("pages/static/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}
