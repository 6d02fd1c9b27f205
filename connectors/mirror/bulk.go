package mirror

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/maphash"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"slabridge/config/message"
	"slabridge/connectors"
)

// The queries take the ids as a JSON list: one statement for however many.
const (
	amongIDs = ` IN (SELECT value FROM json_each($2))`

	selectIssues = `SELECT id, key, state, state_at, updated_at, read_at, wanted, body FROM mirror_issue
		WHERE connection = $1 AND updated_at IS NOT NULL AND id` + amongIDs
	selectEventsOf = `SELECT issue, n, noticed_at, what, body FROM mirror_event
		WHERE connection = $1 AND issue` + amongIDs + ` ORDER BY issue, n`
	selectWorkOn = `SELECT issue, body FROM mirror_work
		WHERE connection = $1 AND withdrawn = 0 AND issue` + amongIDs + ` ORDER BY issue, id`

	// decodeAlone is how many issues are too few to share among the cores.
	decodeAlone = 16
)

// Reading is all that the mirror has of an issue.
type Reading struct {
	Entry   Entry
	History connectors.History // as reads.History gives it
	Print   Print
}

// Print tells two states of an issue in the mirror apart, whatever made the difference, a reading that found nothing
// new among it. It means nothing to another process.
type Print uint64

// printSeed is this process's.
var printSeed = maphash.MakeSeed()

// Prints gives the Print of each issue, by their ids; those that the mirror has never read are left out.
func (db reads) Prints(ctx context.Context, connection string, ids ...string) (map[string]Print, error) {
	rows, err := db.storedRows(ctx, connection, ids)
	if err != nil {
		return nil, message.Errorf("read issues of %s from the mirror: %w", connection, err)
	}
	out := make(map[string]Print, len(rows))
	for _, r := range rows {
		out[r.id] = r.print()
	}
	return out, nil
}

// Read gives what the mirror has of issues, by their ids, all of it in one snapshot; those that it has never read are
// left out. It takes three queries for however many issues, and uses all cores: whoever wants a whole mirror asks for
// some hundred issues at a time.
func (db reads) Read(ctx context.Context, connection string, ids ...string) (map[string]Reading, error) {
	rows, err := db.storedRows(ctx, connection, ids)
	if err != nil {
		return nil, message.Errorf("read issues of %s from the mirror: %w", connection, err)
	}
	readings := make([]Reading, len(rows))
	decode := func(i int) (err error) {
		if readings[i], err = rows[i].reading(); err != nil {
			return message.Errorf("read issue %s of %s from the mirror: %w", rows[i].id, connection, err)
		}
		return nil
	}
	share := 1 + len(rows)/runtime.GOMAXPROCS(0)
	if len(rows) < decodeAlone {
		share = len(rows)
	}
	var group errgroup.Group
	for from := 0; from < len(rows); from += share {
		group.Go(func() error {
			for i := from; i < min(from+share, len(rows)); i++ {
				if err := decode(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := make(map[string]Reading, len(rows))
	for i := range rows {
		out[rows[i].id] = readings[i]
	}
	return out, nil
}

// storedIssue are the rows of an issue as they are stored.
type storedIssue struct {
	id     string
	row    issueRow
	events []revisionRow
	work   [][]byte
}

func (db reads) storedRows(ctx context.Context, connection string, ids []string) ([]*storedIssue, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var rows []*storedIssue
	byID := make(map[string]*storedIssue, len(ids))
	err = db.inSnapshot(ctx, func(t *tx) error {
		if err := t.each(ctx, func(scan func(...any) error) error {
			s := &storedIssue{}
			rows = append(rows, s)
			err := scan(append([]any{&s.id}, s.row.into()...)...)
			byID[s.id] = s
			return err
		}, selectIssues, connection, string(list)); err != nil {
			return err
		}
		if err := t.each(ctx, func(scan func(...any) error) error {
			var id string
			var n revisionRow
			err := scan(append([]any{&id}, n.into()...)...)
			if s := byID[id]; s != nil {
				s.events = append(s.events, n)
			}
			return err
		}, selectEventsOf, connection, string(list)); err != nil {
			return err
		}
		return t.each(ctx, func(scan func(...any) error) error {
			var id string
			var body []byte
			err := scan(&id, &body)
			if s := byID[id]; s != nil {
				s.work = append(s.work, body)
			}
			return err
		}, selectWorkOn, connection, string(list))
	})
	return rows, err
}

// print is of everything that reading gives.
func (s *storedIssue) print() Print {
	var h maphash.Hash
	h.SetSeed(printSeed)
	put := func(numbers []int64, parts ...[]byte) {
		var room [8]byte
		for _, n := range numbers {
			binary.BigEndian.PutUint64(room[:], uint64(n))
			h.Write(room[:])
		}
		for _, p := range parts {
			binary.BigEndian.PutUint64(room[:], uint64(len(p)))
			h.Write(room[:])
			h.Write(p)
		}
	}
	r := &s.row
	put([]int64{r.stateAt, r.updated.Int64, r.readAt.Int64}, []byte(s.id), []byte(r.key), []byte(r.state), r.body)
	for i := range s.events {
		e := &s.events[i]
		put([]int64{e.n, e.at}, []byte(e.what), e.body)
	}
	put(nil, s.work...)
	return Print(h.Sum64())
}

// reading decodes the rows.
func (s *storedIssue) reading() (Reading, error) {
	k, err := s.row.kept(s.id)
	if err != nil {
		return Reading{}, err
	}
	r := replayed{gone: map[string]bool{}, at: map[string]int{}}
	for i := range s.events {
		n, err := s.events[i].revision()
		if err == nil {
			err = r.take(n)
		}
		if err != nil {
			return Reading{}, err
		}
	}
	work := make([]connectors.Event, len(s.work))
	for i, body := range s.work {
		if work[i], err = decodeWork(body); err != nil {
			return Reading{}, err
		}
	}
	k.gone, k.history.Events = r.gone, connectors.SortEvents(r.events)
	h := k.present()
	h.Events = connectors.SortEvents(slices.Concat(h.Events, connectors.SortEvents(work)))
	return Reading{Entry: k.entry(), History: h, Print: s.print()}, nil
}
