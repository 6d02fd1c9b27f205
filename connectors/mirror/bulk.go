package mirror

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

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

// storedIssue are the rows of an issue as they are stored.
type storedIssue struct {
	id     string
	row    issueRow
	events []revisionRow
	work   [][]byte
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
