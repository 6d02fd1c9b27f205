package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"slabridge/config/message"
)

// Person is someone as seen in a project: under which name, with which of the tracker's own roles, and when. One
// whose roles change gets a second Person from that moment on, so that old answers stay those of the old role.
type Person struct {
	ID        string
	Project   string
	Name      string
	Roles     []string // native names, sorted
	FirstSeen time.Time
	LastSeen  time.Time // to the hour: seen at least then
}

// seenEvery is how precisely LastSeen is kept: an idle pass must not rewrite every person.
const seenEvery = time.Hour

// Remember stores the people seen on a connection at now. Calls come in time order; an older sighting changes nothing
// of a person's known roles.
func (l *Ledger) Remember(ctx context.Context, now time.Time, connection string, people ...Person) error {
	err := l.tx(ctx, func(tx *sql.Tx) error {
		known, err := remembered(ctx, tx, connection)
		if err != nil {
			return err
		}
		keep, latest := keepIn(tx), map[[2]string]Person{}
		for _, p := range known { // oldest first: the last one stays
			latest[[2]string{p.ID, p.Project}] = p
		}
		for _, p := range people {
			p.Roles = slices.Compact(slices.Sorted(slices.Values(p.Roles)))
			key := [2]string{p.ID, p.Project}
			was, seen := latest[key]
			p.FirstSeen, p.LastSeen = fromMillis(millis(now)), fromMillis(millis(now))
			if err := sight(ctx, keep, connection, p, was, seen); err != nil {
				return message.Errorf("person %s: %w", p.ID, err)
			}
			latest[key] = p
		}
		return nil
	})
	if err != nil {
		return message.Errorf("remember people of %s: %w", connection, err)
	}
	return nil
}

func sight(ctx context.Context, keep *keeper, connection string, p, was Person, seen bool) error {
	roles, err := encode(p.Roles)
	if err != nil {
		return err
	}
	same := slices.Equal(was.Roles, p.Roles)
	switch {
	case seen && !p.FirstSeen.After(was.LastSeen):
		return nil
	case seen && same && was.Name == p.Name && p.LastSeen.Sub(was.LastSeen) < seenEvery:
		return nil
	case seen && same:
		_, err = keep.tx.ExecContext(ctx, `UPDATE ledger_people SET name = $1, last_seen = $2
			WHERE connection = $3 AND person = $4 AND project = $5 AND first_seen = $6`,
			p.Name, millis(p.LastSeen), connection, p.ID, p.Project, millis(was.FirstSeen))
	default:
		err = keep.add(ctx, personRecords, connection, p.ID, p.Project, millis(p.FirstSeen), roles, millis(p.LastSeen),
			p.Name)
	}
	return err
}

// Remembered lists everyone ever seen on a connection, oldest sighting first.
func (l *Ledger) Remembered(ctx context.Context, connection string) ([]Person, error) {
	out, err := remembered(ctx, l.db, connection)
	if err != nil {
		return nil, message.Errorf("list people of %s: %w", connection, err)
	}
	return out, nil
}

func remembered(ctx context.Context, q querier, connection string) ([]Person, error) {
	return collect(ctx, q, scanPerson, `SELECT person, project, name, roles, first_seen, last_seen FROM ledger_people
		WHERE connection = $1 ORDER BY first_seen, person, project`, connection)
}

func scanPerson(scan func(...any) error) (Person, error) {
	var (
		p           Person
		roles       string
		first, last sql.NullInt64
	)
	if err := scan(&p.ID, &p.Project, &p.Name, &roles, &first, &last); err != nil {
		return Person{}, err
	}
	p.FirstSeen, p.LastSeen = fromMillis(first), fromMillis(last)
	if err := json.Unmarshal([]byte(roles), &p.Roles); err != nil {
		return Person{}, message.Errorf("read person %s: roles: %w", p.ID, err)
	}
	return p, nil
}

// The kinds of names that are remembered.
const (
	NameOfStatus   = "status"
	NameOfPriority = "priority"
	NameOfType     = "type"
	NameOfField    = "field"
	NameOfProject  = "project"  // of which our account is a member: its identifier or key, and its title
	NameOfRole     = "role"     // that people have in projects
	NameOfPerson   = "person"   // whom a mapping names: login or full name
	NameOfGroup    = "group"    // which a mapping names, where groups are kept apart from people
	NameOfOption   = "option"   // of a list field: mapping.OptionID
	NameOfCategory = "category" // of the status with the id: the tracker's class for it
	// NameOfCarrier is where a mapped field was seen: the id is the field's, the name "PROJECT/TYPE".
	NameOfCarrier = "carrier"
)

// Name is what the tracker called one of its ids once.
type Name struct {
	Kind      string // NameOfStatus and so on
	ID        string
	Name      string
	FirstSeen time.Time
}

// RememberNames keeps the names that a connection shows at now. A name once seen stays, with the moment it was first
// seen: a status that the tracker has renamed or removed keeps its meaning in the histories that speak of it.
func (l *Ledger) RememberNames(ctx context.Context, now time.Time, connection string, names ...Name) error {
	err := l.tx(ctx, func(tx *sql.Tx) error {
		known, err := rememberedNames(ctx, tx, connection)
		if err != nil {
			return err
		}
		keep, seen := keepIn(tx), map[Name]bool{}
		for _, n := range known {
			seen[Name{Kind: n.Kind, ID: n.ID, Name: n.Name}] = true
		}
		for _, n := range names {
			n.FirstSeen = time.Time{}
			if seen[n] {
				continue
			}
			if err := keep.add(ctx, nameRecords, connection, n.Kind, n.ID, n.Name, millis(now)); err != nil {
				return err
			}
			seen[n] = true
		}
		return nil
	})
	if err != nil {
		return message.Errorf("remember names of %s: %w", connection, err)
	}
	return nil
}

// Names lists every name that a connection ever showed, the oldest first.
func (l *Ledger) Names(ctx context.Context, connection string) ([]Name, error) {
	out, err := rememberedNames(ctx, l.db, connection)
	if err != nil {
		return nil, message.Errorf("list names of %s: %w", connection, err)
	}
	return out, nil
}

func rememberedNames(ctx context.Context, q querier, connection string) ([]Name, error) {
	return collect(ctx, q, func(scan func(...any) error) (n Name, err error) {
		var seen sql.NullInt64
		err = scan(&n.Kind, &n.ID, &n.Name, &seen)
		n.FirstSeen = fromMillis(seen)
		return n, err
	}, `SELECT kind, id, name, first_seen FROM ledger_names WHERE connection = $1 ORDER BY first_seen, kind, id, name`,
		connection)
}
