package mirror

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"slabridge/connectors"
)

// A body is a form byte and a payload. The payload, plain or deflated, is the length of a JSON document, the
// document (issueDoc, eventDoc: what we understood) and the tracker's payload (as received, byte for byte). The
// two lie in one piece because they say the same twice, which deflate folds; short ones are left plain, since
// there it costs more than it saves.
const (
	formPlain    = 0
	formDeflated = 1

	deflateFrom = 1 << 10
	maxBody     = 256 << 20 // no tracker's issue is that large; a damaged body might claim to be
)

var errBody = errors.New("damaged body")

type issueDoc struct {
	Subject     string              `json:"subject,omitempty"`
	Description string              `json:"description,omitempty"`
	Author      string              `json:"author,omitempty"`
	Private     bool                `json:"private,omitempty"`
	Created     int64               `json:"created"`
	Values      map[string][]string `json:"values,omitempty"`
	Watchers    []string            `json:"watchers,omitempty"`
	WatchersSet bool                `json:"watchers_set,omitempty"`
}

type eventDoc struct {
	At      int64       `json:"at"`
	Author  string      `json:"author,omitempty"`
	Changes []changeDoc `json:"changes,omitempty"`
	Note    *noteDoc    `json:"note,omitempty"`
}

type changeDoc struct {
	Field string   `json:"field"`
	From  []string `json:"from,omitempty"`
	To    []string `json:"to,omitempty"`
	Delta bool     `json:"delta,omitempty"`
}

type noteDoc struct {
	Text     string `json:"text,omitempty"`
	Internal bool   `json:"internal,omitempty"`
	Edited   *int64 `json:"edited,omitempty"`
}

// encodeIssue leaves out what has a column: id, key and UpdatedAt.
func encodeIssue(h connectors.History) ([]byte, error) {
	i := h.Issue
	return encodeBody(issueDoc{
		Subject: i.Subject, Description: i.Description, Author: i.Author, Private: i.Private,
		Created: millis(i.CreatedAt), Values: i.Values, Watchers: h.Watchers, WatchersSet: h.WatchersSet,
	}, i.Raw)
}

func decodeIssue(body []byte) (connectors.History, error) {
	var d issueDoc
	raw, err := decodeBody(body, &d)
	if err != nil {
		return connectors.History{}, err
	}
	return connectors.History{
		Issue: connectors.Issue{
			Subject: d.Subject, Description: d.Description, Author: d.Author, Private: d.Private,
			CreatedAt: moment(d.Created), Values: d.Values, Raw: raw,
		},
		Watchers: d.Watchers, WatchersSet: d.WatchersSet,
	}, nil
}

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
	return encodeBody(d, e.Raw)
}

func decodeEvent(id string, body []byte) (connectors.Event, error) {
	var d eventDoc
	raw, err := decodeBody(body, &d)
	if err != nil {
		return connectors.Event{}, err
	}
	e := connectors.Event{ID: id, At: moment(d.At), Author: d.Author, Raw: raw}
	for _, c := range d.Changes {
		e.Changes = append(e.Changes, connectors.Change(c))
	}
	if n := d.Note; n != nil {
		e.Note = &connectors.Note{Text: n.Text, Internal: n.Internal}
		if n.Edited != nil {
			e.Note.EditedAt = moment(*n.Edited)
		}
	}
	return e, nil
}

func encodeBody(doc any, raw json.RawMessage) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	payload := make([]byte, 1, 1+binary.MaxVarintLen64+text.Len()+len(raw))
	payload[0] = formPlain
	payload = binary.AppendUvarint(payload, uint64(text.Len()))
	payload = append(payload, text.Bytes()...)
	payload = append(payload, raw...)
	if len(payload) < deflateFrom {
		return payload, nil
	}
	return deflate(payload[1:])
}

func decodeBody(body []byte, doc any) (raw json.RawMessage, err error) {
	payload, err := unpack(body)
	if err != nil {
		return nil, err
	}
	n, skip := binary.Uvarint(payload)
	if skip <= 0 || n > uint64(len(payload)-skip) {
		return nil, fmt.Errorf("%w: document longer than the body", errBody)
	}
	if err := json.Unmarshal(payload[skip:skip+int(n)], doc); err != nil {
		return nil, fmt.Errorf("%w: %w", errBody, err)
	}
	if rest := payload[skip+int(n):]; len(rest) > 0 {
		raw = append(raw, rest...)
	}
	return raw, nil
}

// unpack gives the payload of a body.
func unpack(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: empty", errBody)
	}
	switch body[0] {
	case formPlain:
		return body[1:], nil
	case formDeflated:
		return inflate(body[1:])
	}
	return nil, fmt.Errorf("%w: unknown form %d", errBody, body[0])
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
		return nil, fmt.Errorf("%w: %w", errBody, err)
	}
	if len(payload) > maxBody {
		return nil, fmt.Errorf("%w: over %d bytes", errBody, maxBody)
	}
	return payload, nil
}

// normal is the event as it will come back out of the mirror: UTC, whole milliseconds.
func normal(e connectors.Event) connectors.Event {
	e.At = whole(e.At)
	if e.Note != nil {
		n := *e.Note
		n.EditedAt = whole(n.EditedAt)
		e.Note = &n
	}
	return e
}

func whole(t time.Time) time.Time { return moment(millis(t)) }
