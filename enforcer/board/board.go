package board

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"slabridge/config/message"
)

// Board serves the pages.
type Board struct {
	answers Answers
	lang    string // for readers whose browser wants none of ours
	matcher language.Matcher
	tags    []string // as the matcher numbers them
}

// New returns the handler of the pages, in a language for those whose browser asks for none of ours. It answers
// requests whose Host is an IP address, localhost or one of the names in hosts.
func New(a Answers, lang string, hosts ...string) http.Handler {
	b := &Board{answers: a, lang: lang}
	b.tags = append([]string{lang}, slices.DeleteFunc(slices.Clone(message.Languages),
		func(l string) bool { return l == lang })...)
	tags := make([]language.Tag, len(b.tags))
	for i, tag := range b.tags {
		tags[i] = language.Make(tag)
	}
	b.matcher = language.NewMatcher(tags)
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", b.desk)
	mux.HandleFunc("/request/{key}", b.request)
	mux.HandleFunc("/contract/{id}", b.contract)
	mux.HandleFunc("/trust", b.trust)
	mux.HandleFunc("/static/{file}", static)
	mux.HandleFunc("/api/v1/desk", b.apiDesk)
	mux.HandleFunc("/api/v1/request/{key}", b.apiRequest)
	mux.HandleFunc("/api/v1/contract/{id}", b.apiContract)
	mux.HandleFunc("/api/v1/trust", b.apiTrust)
	mux.HandleFunc("/api/v1/openapi.json", openAPI)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { apiFailed(w, ErrNotFound) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { b.failed(w, r, ErrNotFound) })
	return guard(mux, hosts)
}

// language is what the reader wants: what the address says, else what the browser prefers.
func (b *Board) language(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); slices.Contains(message.Languages, lang) {
		return lang
	}
	_, i := language.MatchStrings(b.matcher, r.Header.Get("Accept-Language"))
	return b.tags[i]
}

// deskQuestion reads the question of an address.
func deskQuestion(v url.Values) (q DeskQuestion, err error) {
	q = DeskQuestion{
		Contract: v.Get("contract"), Severity: v.Get("severity"), Assignee: v.Get("assignee"), Page: 1,
		Overdue: v.Get("overdue") != "",
	}
	if within := v.Get("within"); within != "" {
		if q.Within, err = time.ParseDuration(within); err != nil || q.Within <= 0 {
			return q, message.Errorf("%w: within=%s: write 8h or 30m", ErrAsked, within)
		}
	}
	if page := v.Get("page"); page != "" {
		if q.Page, err = strconv.Atoi(page); err != nil || q.Page < 1 || q.Page > 1_000_000 {
			return q, message.Errorf("%w: page=%s: write a number from 1", ErrAsked, page)
		}
	}
	return q, nil
}

func contractQuestion(r *http.Request) ContractQuestion {
	v := r.URL.Query()
	return ContractQuestion{ID: r.PathValue("id"), From: v.Get("from"), To: v.Get("to")}
}

// status is the status of an answer that is an error.
func status(err error) int {
	switch {
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ErrAsked):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// The data is the same in every language but for what people read; programs get English.

func (b *Board) apiDesk(w http.ResponseWriter, r *http.Request) {
	q, err := deskQuestion(r.URL.Query())
	if err != nil {
		apiFailed(w, err)
		return
	}
	v, err := b.answers.Desk(r.Context(), message.English, q)
	apiAnswer(w, v.Value, err)
}

func (b *Board) apiRequest(w http.ResponseWriter, r *http.Request) {
	v, err := b.answers.Request(r.Context(), message.English, r.PathValue("key"))
	apiAnswer(w, v.Value, err)
}

func (b *Board) apiContract(w http.ResponseWriter, r *http.Request) {
	v, err := b.answers.Contract(r.Context(), message.English, contractQuestion(r))
	apiAnswer(w, v.Value, err)
}

func (b *Board) apiTrust(w http.ResponseWriter, r *http.Request) {
	v, err := b.answers.Trust(r.Context(), message.English)
	apiAnswer(w, v.Value, err)
}

func apiFailed(w http.ResponseWriter, err error) { apiAnswer(w, nil, err) }

func apiAnswer(w http.ResponseWriter, value any, err error) {
	code := http.StatusOK
	if err != nil {
		code, value = status(err), map[string]string{"error": err.Error()}
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(value); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(body.Bytes()) // the reader may be gone
}

func openAPI(w http.ResponseWriter, _ *http.Request) {
	body, err := files.ReadFile("pages/openapi.json")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body)
}
