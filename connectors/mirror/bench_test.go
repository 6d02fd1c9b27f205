package mirror_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
)

// lifelike is a tracker with n issues of ten journals, sized like Redmine's: 2 KB an issue, 0.4 KB a journal.
func lifelike(n int) *fake {
	f := newFake()
	f.page = 100
	for i := range n {
		id := strconv.Itoa(i + 1)
		f.create(id)
		is := f.issues[id]
		is.history.Issue.Description = strings.Repeat("Не печатает принтер на третьем этаже. ", 10)
		is.history.Issue.Raw = lifelikeRaw(id, is.history.Issue.Description)
		for j := range 10 {
			f.edit(id, connectors.FieldStatus, strconv.Itoa(j%6+1), fmt.Sprintf("Ответ %d: проверили кабель, ждём деталь.", j))
			e := &is.history.Events[len(is.history.Events)-1]
			e.Raw = json.RawMessage(fmt.Sprintf(`{"id":%d,"user":{"id":8,"name":"Ivan `+
				`Ivanov"},"notes":%q,"created_on":"2026-03-02T09:00:00Z",`+
				`"private_notes":false,"details":[{"property":"attr","name":"status_id","old_value":"%d","new_value":"%d"}]}`,
				f.next, e.Note.Text, j%6, j%6+1))
		}
		f.clock = f.clock.Add(2 * time.Second)
	}
	f.advance(time.Hour)
	return f
}

func lifelikeRaw(id, description string) json.RawMessage {
	var fields []string
	for i := range 12 {
		fields = append(fields, fmt.Sprintf(`{"id":%d,"name":"Custom field %d","value":"value %s"}`, i, i, id))
	}
	return json.RawMessage(fmt.Sprintf(`{"id":%s,"project":{"id":1,"name":"Acme"},"tracker":{"id":3,"name":"Support"},`+
		`"status":{"id":1,"name":"New","is_closed":false},"priority":{"id":2,"name":"Normal"},"author":{"id":7,"name":"Petr Petrov"},`+
		`"subject":"Printer %s","description":%q,"custom_fields":[%s],"created_on":"2026-03-02T09:00:00Z"}`,
		id, id, description, strings.Join(fields, ",")))
}

// BenchmarkFirstPass reads and stores 2,000 histories of a tracker that answers at once: all of it is our cost.
func BenchmarkFirstPass(b *testing.B) {
	f := lifelike(2000)
	var raw, size float64
	for id := range f.issues {
		raw += float64(len(f.issues[id].history.Issue.Raw))
		for _, e := range f.issues[id].history.Events {
			raw += float64(len(e.Raw))
		}
	}
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "state.db")
		m, st := openFile(b, path)
		mustSync(b, m, f, mirror.SyncOptions{})
		m.Close()
		st.Close()
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		size = float64(info.Size())
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/2000, "µs/history")
	b.ReportMetric(size/raw, "file/payload")
}

// BenchmarkOverBareClient reads 400 histories that take 5 ms each, four at a time, with and without the mirror.
func BenchmarkOverBareClient(b *testing.B) {
	f := lifelike(400)
	f.before = func(call string) error {
		if strings.HasPrefix(call, "history") {
			<-time.After(5 * time.Millisecond)
		}
		return nil
	}
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			bareClient(b, f, 4)
		}
	})
	b.Run("mirror", func(b *testing.B) {
		for b.Loop() {
			m, _ := openFile(b, filepath.Join(b.TempDir(), "state.db"))
			mustSync(b, m, f, mirror.SyncOptions{Concurrency: 4})
		}
	})
}

func bareClient(b *testing.B, f *fake, concurrency int) {
	jobs := make(chan string)
	done := make(chan error, concurrency)
	for range concurrency {
		go func() {
			for id := range jobs {
				if _, err := f.History(context.Background(), id); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	err := f.Changed(context.Background(), time.Time{}, func(issues []connectors.Stub) error {
		for _, i := range issues {
			jobs <- i.ID
		}
		return nil
	})
	close(jobs)
	for range concurrency {
		if e := <-done; e != nil {
			err = e
		}
	}
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkHistory(b *testing.B) {
	m, f := openMirror(b), lifelike(500)
	mustSync(b, m, f, mirror.SyncOptions{})
	i := 0
	for b.Loop() {
		i++
		if _, ok, err := m.History(context.Background(), conn, strconv.Itoa(i%500+1)); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkUnchangedReread(b *testing.B) {
	m, f := openMirror(b), lifelike(500)
	mustSync(b, m, f, mirror.SyncOptions{})
	at := f.now()
	i := 0
	for b.Loop() {
		i++
		at = at.Add(time.Second)
		if _, err := m.Store(context.Background(), conn, f.truth(strconv.Itoa(i%500+1)), at); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLargeMirror is an idle pass and a census on a mirror of 100,000 issues.
func BenchmarkLargeMirror(b *testing.B) {
	f := newFake()
	f.page = 100
	for i := range 100_000 {
		f.create(strconv.Itoa(i + 1))
		f.clock = f.clock.Add(time.Second)
	}
	f.advance(time.Hour)
	m := openMirror(b)
	mustSync(b, m, f, mirror.SyncOptions{})
	l := &newestOnly{fake: f}
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			if _, err := m.Sync(context.Background(), conn, l, f.now, mirror.SyncOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("census", func(b *testing.B) {
		for b.Loop() {
			mustSync(b, m, f, mirror.SyncOptions{Census: true})
		}
	})
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			for _, err := range m.Issues(context.Background(), conn) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// newestOnly spares the benchmark the fake's own search through all its issues.
type newestOnly struct{ *fake }

func (n *newestOnly) Changed(_ context.Context, _ time.Time, page func([]connectors.Stub) error) error {
	i := n.truth("100000").Issue
	return page([]connectors.Stub{{ID: i.ID, UpdatedAt: i.UpdatedAt}})
}
