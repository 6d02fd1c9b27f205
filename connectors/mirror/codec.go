package mirror

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// A body is a form byte and a list of parts, plain or deflated; each part is its length and its bytes. An issue
// is two parts, a JSON document of what we understood (issueDoc) and the tracker's payload as received, byte for
// byte. A list of events is three parts for each: id, document (eventDoc), payload. Document and payload say the
// same twice, and journals resemble each other; deflate folds both. Short bodies are left plain: there it costs
// more than it saves.
const (
	formPlain    = 0
	formDeflated = 1

	deflateFrom = 512
	maxBody     = 256 << 20 // no tracker's issue is that large; a damaged body might claim to be
	mostSeconds = 1 << 33   // what fits into a duration, some 270 years
)

var errBody = message.New("damaged body")

type issueDoc struct {
	Subject     string              `json:"subject,omitempty"`
	Description string              `json:"description,omitempty"`
	Author      string              `json:"author,omitempty"`
	Private     bool                `json:"private,omitempty"`
	Created     int64               `json:"created"`
	Values      map[string][]string `json:"values,omitempty"`
	Watchers    []string            `json:"watchers,omitempty"`
	WatchersSet bool                `json:"watchers_set,omitempty"`
	// What the account may do with the status.
	Transitions    []string `json:"transitions,omitempty"`
	TransitionsSet bool     `json:"transitions_set,omitempty"`
}

type eventDoc struct {
	At      int64       `json:"at"`
	Author  string      `json:"author,omitempty"`
	Changes []changeDoc `json:"changes,omitempty"`
	Note    *noteDoc    `json:"note,omitempty"`
	Work    *workDoc    `json:"work,omitempty"`
}

type changeDoc struct {
	Field string   `json:"field"`
	From  []string `json:"from,omitempty"`
	To    []string `json:"to,omitempty"`
	Delta bool     `json:"delta,omitempty"`
}

type workDoc struct {
	Activity string `json:"activity,omitempty"`
	Seconds  int64  `json:"seconds"`
	On       string `json:"on,omitempty"`
}

type noteDoc struct {
	Text     string `json:"text,omitempty"`
	Internal bool   `json:"internal,omitempty"`
	Edited   *int64 `json:"edited,omitempty"`
}

// encodeIssue leaves out what has a column: id, key and UpdatedAt.
func encodeIssue(h connectors.History) ([]byte, error) {
	i := h.Issue
	doc, err := encodeDoc(issueDoc{
		Subject: i.Subject, Description: i.Description, Author: i.Author, Private: i.Private,
		Created: millis(i.CreatedAt), Values: i.Values, Watchers: h.Watchers, WatchersSet: h.WatchersSet,
		Transitions: h.Transitions, TransitionsSet: h.TransitionsSet,
	})
	if err != nil {
		return nil, err
	}
	return pack(doc, i.Raw)
}

func decodeIssue(body []byte) (connectors.History, error) {
	parts, err := unpack(body)
	if err != nil {
		return connectors.History{}, err
	}
	if len(parts) != 2 {
		return connectors.History{}, message.Errorf("%w: %d parts in an issue", errBody, len(parts))
	}
	var d issueDoc
	if err := decodeDoc(parts[0], &d); err != nil {
		return connectors.History{}, err
	}
	return connectors.History{
		Issue: connectors.Issue{
			Subject: d.Subject, Description: d.Description, Author: d.Author, Private: d.Private,
			CreatedAt: moment(d.Created), Values: d.Values, Raw: parts[1],
		},
		Watchers: d.Watchers, WatchersSet: d.WatchersSet, Transitions: d.Transitions, TransitionsSet: d.TransitionsSet,
	}, nil
}

func encodeEvents(events []connectors.Event) ([]byte, error) {
	parts := make([][]byte, 0, 3*len(events))
	for _, e := range events {
		doc, err := encodeEvent(e)
		if err != nil {
			return nil, message.Errorf("event %s: %w", e.ID, err)
		}
		parts = append(parts, []byte(e.ID), doc, e.Raw)
	}
	return pack(parts...)
}

func decodeEvents(body []byte) ([]connectors.Event, error) {
	parts, err := unpack(body)
	if err != nil {
		return nil, err
	}
	if len(parts)%3 != 0 {
		return nil, message.Errorf("%w: %d parts in a list of events", errBody, len(parts))
	}
	events := make([]connectors.Event, 0, len(parts)/3)
	for p := range slices.Chunk(parts, 3) {
		e, err := decodeEvent(p[1])
		if err != nil {
			return nil, message.Errorf("event %s: %w", p[0], err)
		}
		e.ID, e.Raw = string(p[0]), p[2]
		events = append(events, e)
	}
	return events, nil
}

// encodeEvent leaves out id and payload, which are parts of their own.
func encodeEvent(e connectors.Event) ([]byte, error) {
	d := eventDoc{At: millis(e.At), Author: e.Author}
	for _, c := range e.Changes {
		d.Changes = append(d.Changes, changeDoc(c))
	}
	if n := e.Note; n != nil {
		d.Note = &noteDoc{Text: n.Text, Internal: n.Internal}
		if !n.EditedAt.IsZero() {
			at := millis(n.EditedAt)
			d.Note.Edited = &at
		}
	}
	if w := e.Work; w != nil {
		d.Work = &workDoc{Activity: w.Activity, Seconds: int64(w.Spent / time.Second), On: w.On}
	}
	return encodeDoc(d)
}

func decodeEvent(doc []byte) (connectors.Event, error) {
	var d eventDoc
	if err := decodeDoc(doc, &d); err != nil {
		return connectors.Event{}, err
	}
	e := connectors.Event{At: moment(d.At), Author: d.Author}
	for _, c := range d.Changes {
		e.Changes = append(e.Changes, connectors.Change(c))
	}
	if n := d.Note; n != nil {
		e.Note = &connectors.Note{Text: n.Text, Internal: n.Internal}
		if n.Edited != nil {
			e.Note.EditedAt = moment(*n.Edited)
		}
	}
	if w := d.Work; w != nil {
		if max(w.Seconds, -w.Seconds) > mostSeconds {
			return connectors.Event{}, message.Errorf("%w: %d seconds of work", errBody, w.Seconds)
		}
		e.Work = &connectors.Work{Activity: w.Activity, Spent: time.Duration(w.Seconds) * time.Second, On: w.On}
	}
	return e, nil
}

func encodeIDs(ids []string) ([]byte, error) {
	parts := make([][]byte, len(ids))
	for i, id := range ids {
		parts[i] = []byte(id)
	}
	return pack(parts...)
}

func decodeIDs(body []byte) ([]string, error) {
	parts, err := unpack(body)
	ids := make([]string, len(parts))
	for i, p := range parts {
		ids[i] = string(p)
	}
	return ids, err
}

func encodeDoc(doc any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(doc)
	return text.Bytes(), err
}

func decodeDoc(text []byte, doc any) error {
	if err := json.Unmarshal(text, doc); err != nil {
		return message.Errorf("%w: %w", errBody, err)
	}
	return nil
}

func pack(parts ...[]byte) ([]byte, error) {
	size := 1
	for _, p := range parts {
		size += binary.MaxVarintLen32 + len(p)
	}
	body := make([]byte, 1, size)
	body[0] = formPlain
	for _, p := range parts {
		body = binary.AppendUvarint(body, uint64(len(p)))
		body = append(body, p...)
	}
	if len(body) < deflateFrom {
		return body, nil
	}
	return deflate(body[1:])
}

// unpack gives the parts of a body; an empty part comes back as nil.
func unpack(body []byte) ([][]byte, error) {
	payload, err := payloadOf(body)
	if err != nil {
		return nil, err
	}
	var parts [][]byte
	for len(payload) > 0 {
		n, skip := binary.Uvarint(payload)
		if skip <= 0 || n > uint64(len(payload)-skip) {
			return nil, message.Errorf("%w: a part longer than the body", errBody)
		}
		end := skip + int(n)
		var part []byte
		if n > 0 {
			part = payload[skip:end:end]
		}
		parts, payload = append(parts, part), payload[end:]
	}
	return parts, nil
}

func payloadOf(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, message.Errorf("%w: empty", errBody)
	}
	switch body[0] {
	case formPlain:
		return body[1:], nil
	case formDeflated:
		return inflate(body[1:])
	}
	return nil, message.Errorf("%w: unknown form %d", errBody, body[0])
}

// The compressors are kept: a new one costs more than most bodies. Level 1, because the higher ones clear
// large tables at every reset.
var (
	deflaters = sync.Pool{New: func() any {
		w, err := flate.NewWriter(nil, flate.BestSpeed)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}
	inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}
)

func deflate(payload []byte) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, len(payload)/2))
	out.WriteByte(formDeflated)
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(out)
	if _, err := w.Write(payload); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func inflate(packed []byte) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, err
	}
	payload, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil {
		return nil, message.Errorf("%w: %w", errBody, err)
	}
	if len(payload) > maxBody {
		return nil, message.Errorf("%w: over %d bytes", errBody, maxBody)
	}
	return payload, nil
}

// whole returns the time with the precision that the mirror stores.
func whole(t time.Time) time.Time { return moment(millis(t)) }
