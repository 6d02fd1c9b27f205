package jirasim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// jql is what the stand-in reads of a query: conditions that must all be true, and an order.
type jql struct {
	clauses []clause
	order   []ordering
}

// clause is one condition. Only the operator `in` has several values.
type clause struct {
	field, op string
	values    []operand
}

// operand is a value; quoted makes a difference for dates.
type operand struct {
	text   string
	quoted bool
}

type ordering struct {
	field string
	down  bool
}

func (cl clause) String() string {
	var list []string
	for _, v := range cl.values {
		if v.quoted {
			list = append(list, strconv.Quote(v.text))
		} else {
			list = append(list, v.text)
		}
	}
	if cl.op == "in" {
		return fmt.Sprintf("%s in (%s)", cl.field, strings.Join(list, ", "))
	}
	return fmt.Sprintf("%s %s %s", cl.field, cl.op, strings.Join(list, ", "))
}

// comparisons are the operators that each field knows here.
var comparisons = map[string][]string{
	"project": {"=", "in"}, "key": {"=", "in"}, "id": {"=", "in"}, "creator": {"="}, "created": {">=", "<=", ">", "<"},
	"updated": {">=", "<=", ">", "<"},
}

// fieldName maps the names that Jira has for a field to the one that this file uses.
func fieldName(word string) string {
	name := strings.ToLower(word)
	switch name {
	case "issuekey", "issue":
		return "key"
	case "createddate":
		return "created"
	case "updateddate":
		return "updated"
	}
	return name
}

// token is a piece of a query: a word, a text in quotes, or a mark such as >= or a bracket.
type token struct {
	text         string
	quoted, mark bool
}

// is reports whether the token is a word, in any case, or a mark.
func (t token) is(text string) bool { return !t.quoted && strings.EqualFold(t.text, text) }

var tokens = regexp.MustCompile(
	`^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(>=|<=|!=|!~|[=<>~(),])|([^\s"'=<>!~(),]+))`)

func scan(s string) ([]token, error) {
	var out []token
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		m := tokens.FindStringSubmatchIndex(s)
		if m == nil {
			return nil, wrong("Error in the JQL Query: the character '%s' is a reserved JQL character.", firstRune(s))
		}
		switch {
		case m[2] >= 0:
			out = append(out, token{text: unescape(s[m[2]:m[3]]), quoted: true})
		case m[4] >= 0:
			out = append(out, token{text: unescape(s[m[4]:m[5]]), quoted: true})
		case m[6] >= 0:
			out = append(out, token{text: s[m[6]:m[7]], mark: true})
		default:
			out = append(out, token{text: s[m[8]:m[9]]})
		}
		s = s[m[1]:]
	}
	return out, nil
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func unescape(s string) string {
	var b strings.Builder
	for n := 0; n < len(s); n++ {
		if s[n] == '\\' && n+1 < len(s) {
			n++
		}
		b.WriteByte(s[n])
	}
	return b.String()
}

// unknownJQL is the error for a part of JQL that the stand-in does not model. Every other error of parseJQL is one that
// Jira itself would answer.
type unknownJQL string

func (e unknownJQL) Error() string { return "jirasim does not model " + string(e) }

// parseJQL reads a query.
func parseJQL(text string) (q jql, err error) {
	list, err := scan(text)
	if err != nil {
		return q, err
	}
	if len(list) == 0 || list[0].is("order") {
		return q, wrong("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	if q.clauses, list, err = parseClauses(list); err != nil {
		return q, err
	}
	if len(list) == 0 {
		return q, nil
	}
	if len(list) < 2 || !list[0].is("order") || !list[1].is("by") {
		return q, unknownJQL("in a query: " + list[0].text)
	}
	q.order, err = parseOrder(list[2:])
	return q, err
}

// parseClauses reads conditions that must all be true, some of them perhaps in brackets.
func parseClauses(list []token) (all []clause, rest []token, err error) {
	for {
		if len(list) > 0 && list[0].mark && list[0].text == "(" {
			var inner []clause
			if inner, list, err = parseClauses(list[1:]); err != nil {
				return nil, nil, err
			}
			if len(list) == 0 || list[0].text != ")" {
				return nil, nil, wrong("Error in the JQL Query: Expecting ')'.")
			}
			all, list = append(all, inner...), list[1:]
		} else {
			var cl clause
			if cl, list, err = parseClause(list); err != nil {
				return nil, nil, err
			}
			all = append(all, cl)
		}
		if len(list) == 0 || !list[0].is("and") {
			return all, list, nil
		}
		list = list[1:]
	}
}

// parseClause reads a condition from the beginning of a list and gives the rest.
func parseClause(list []token) (cl clause, rest []token, err error) {
	if len(list) < 3 {
		return cl, nil, wrong("Error in the JQL Query: Expecting a field name, an operator and a value.")
	}
	cl = clause{field: fieldName(list[0].text), op: strings.ToLower(list[1].text)}
	ops, known := comparisons[cl.field]
	if list[0].quoted || !known {
		return cl, nil, unknownJQL("the field " + list[0].text + " in a query")
	}
	if list[1].quoted || !slices.Contains(ops, cl.op) {
		return cl, nil, unknownJQL("the condition " + list[0].text + " " + list[1].text)
	}
	list = list[2:]
	if cl.op != "in" {
		v := list[0]
		if v.mark {
			return cl, nil, wrong("Error in the JQL Query: Expecting a value but got '%s'.", v.text)
		}
		cl.values, list = []operand{{v.text, v.quoted}}, list[1:]
		if len(list) > 0 && list[0].is("(") { // a function
			if len(list) < 2 || !list[1].is(")") || v.quoted {
				return cl, nil, unknownJQL("a function with arguments in a query: " + v.text)
			}
			cl.values[0].text, list = v.text+"()", list[2:]
		}
		return cl, list, cl.check()
	}
	if !list[0].is("(") {
		return cl, nil, wrong("Error in the JQL Query: Expecting '(' after 'in'.")
	}
	for n := 1; n+1 < len(list); n += 2 {
		v, then := list[n], list[n+1]
		if v.mark || !then.is(",") && !then.is(")") {
			break
		}
		cl.values = append(cl.values, operand{v.text, v.quoted})
		if then.is(")") {
			return cl, list[n+2:], cl.check()
		}
	}
	return cl, nil, wrong("Error in the JQL Query: Expecting a list of values in brackets.")
}

// check refuses values that this file cannot compare with.
func (cl clause) check() error {
	for _, v := range cl.values {
		function := !v.quoted && strings.HasSuffix(v.text, "()")
		switch {
		case cl.field == "creator" && !(function && strings.EqualFold(v.text, "currentUser()")), cl.field != "creator" &&
			function:
			return unknownJQL("the condition " + cl.String())
		case cl.field == "created" || cl.field == "updated":
			if _, err := v.moment(time.Time{}, time.UTC); err != nil {
				return fmt.Errorf("%w for the field '%s'", err, cl.field)
			}
		}
	}
	return nil
}

func parseOrder(list []token) ([]ordering, error) {
	var out []ordering
	for {
		if len(list) < 2 || list[0].quoted {
			return nil, unknownJQL("an order without a direction")
		}
		o := ordering{field: fieldName(list[0].text), down: list[1].is("desc")}
		if !slices.Contains([]string{"created", "updated", "key", "id"}, o.field) || !o.down && !list[1].is("asc") {
			return nil, unknownJQL("the order " + list[0].text + " " + list[1].text)
		}
		out = append(out, o)
		if list = list[2:]; len(list) == 0 {
			return out, nil
		}
		if !list[0].is(",") {
			return nil, unknownJQL("in an order: " + list[0].text)
		}
		list = list[1:]
	}
}

var relative = regexp.MustCompile(`^([-+]?)(\d{1,6})([mhdw])$`)

// moment reads a date. A bare number is milliseconds since 1970; a text is in the zone of whoever asks and to the
// minute; a duration counts from now.
func (v operand) moment(now time.Time, zone *time.Location) (time.Time, error) {
	if n, err := strconv.ParseInt(v.text, 10, 64); err == nil && !v.quoted {
		return time.UnixMilli(n), nil
	}
	if m := relative.FindStringSubmatch(v.text); m != nil {
		n, _ := strconv.Atoi(m[1] + m[2]) // the pattern has digits alone
		unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[3]]
		return now.Add(time.Duration(n) * unit), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006/01/02 15:04", "2006-01-02", "2006/01/02"} {
		if at, err := time.ParseInLocation(layout, v.text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, wrong("Date value '%s' is invalid", v.text)
}

// bind turns the conditions of a query into one test of an issue. A name that does not exist or that the caller may not
// see is an error, as in Jira.
func (c *call) bind(q jql) (func(*issue) bool, error) {
	var all []func(*issue) bool
	for _, cl := range q.clauses {
		is, err := c.condition(cl)
		if err != nil {
			return nil, err
		}
		all = append(all, is)
	}
	return func(i *issue) bool {
		return !slices.ContainsFunc(all, func(is func(*issue) bool) bool { return !is(i) })
	}, nil
}

func (c *call) condition(cl clause) (func(*issue) bool, error) {
	switch cl.field {
	case "creator":
		return func(i *issue) bool { return c.user != nil && i.creator == c.user }, nil
	case "project":
		var list []*project
		for _, v := range cl.values {
			p := c.st.projectRef(v.text)
			if p == nil || !c.may(c.user, p, "BROWSE_PROJECTS") {
				return nil, wrong("The value '%s' does not exist for the field 'project'.", v.text)
			}
			list = append(list, p)
		}
		return func(i *issue) bool { return slices.Contains(list, i.project) }, nil
	case "key", "id":
		var list []int
		for _, v := range cl.values {
			i := c.sees(v.text)
			if i == nil {
				return nil, wrong("An issue with key '%s' does not exist for field '%s'.", v.text, cl.field)
			}
			list = append(list, i.id)
		}
		return func(i *issue) bool { return slices.Contains(list, i.id) }, nil
	}
	at, err := cl.values[0].moment(c.now, c.zone())
	return func(i *issue) bool {
		of := i.updated
		if cl.field == "created" {
			of = i.created
		}
		n := of.Compare(at)
		return n > 0 && cl.op[0] == '>' || n < 0 && cl.op[0] == '<' || n == 0 && len(cl.op) == 2
	}, err
}

// place is the position of an issue in a sorted list.
type place struct {
	Created, Updated int64 // milliseconds since 1970
	Project          string
	Number, ID       int // Number is that of the key
}

func placeOf(i *issue) place {
	project, number, _ := strings.Cut(i.key, "-")
	n, _ := strconv.Atoi(number) // add and Update make keys so
	return place{i.created.UnixMilli(), i.updated.UnixMilli(), project, n, i.id}
}

// compare orders two places; of equal ones the issue that was created first comes first.
func (q jql) compare(a, b place) int {
	for _, o := range q.order {
		var n int
		switch o.field {
		case "created":
			n = cmp.Compare(a.Created, b.Created)
		case "updated":
			n = cmp.Compare(a.Updated, b.Updated)
		case "key":
			n = cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Number, b.Number))
		case "id":
			n = cmp.Compare(a.ID, b.ID)
		}
		if o.down {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return cmp.Compare(a.ID, b.ID)
}

// wrong is an error as Jira words it.
func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }
