package report

import (
	"slices"

	"slabridge/enforcer"
)

// Unit is what an account counts in.
type Unit string

// The units.
const (
	HalfHours   Unit = "half-hours"   // billable, each entry rounded up
	Currency    Unit = "currency"     // the contract's own
	WorkingDays Unit = "working-days" // a mean
	DateMoves   Unit = "moves"        // of due dates
	Lowerings   Unit = "lowerings"    // of severity, before a deadline
	TimeEntries Unit = "entries"      // of booked time
)

// Account is one sum of the report.
type Account struct {
	Obligation string  `json:"obligation"`
	Source     string  `json:"source"`
	Period     string  `json:"period,omitempty"` // "2026-03"; "" for the report's whole period
	Unit       Unit    `json:"unit"`
	Currency   string  `json:"currency,omitempty"`
	Amount     float64 `json:"amount"`
	Of         int     `json:"of,omitempty"` // how many requests it is made of; 0 where that says nothing
	// AtLeast and Limit are what the amount is held against, nil where nothing is promised. Share is the amount in
	// percent of what it may be a share of (the contract's sum), and ShareLimit the most that may be.
	AtLeast    *float64 `json:"at_least,omitempty"`
	Limit      *float64 `json:"limit,omitempty"`
	Share      *float64 `json:"share_percent,omitempty"`
	ShareLimit *float64 `json:"share_limit_percent,omitempty"`
}

// Over reports whether more was used than promised. The limit itself may be used up.
func (a *Account) Over() bool {
	return (a.Limit != nil && a.Amount > *a.Limit) || (a.Share != nil && a.ShareLimit != nil && *a.Share > *a.ShareLimit)
}

// accounts returns the sums of a contract: booked time by months, mean handling times, the spending under its cap, then
// the moves of due dates and the lowered severities where there are any.
func (s *Survey) accounts(c *enforcer.Contract) []Account {
	out := []Account{}
	for _, b := range s.Billed {
		for i := range c.Obligations {
			if o := &c.Obligations[i]; o.Rules[0].Sum != nil && o.Rules[0].Sum.Billed != nil {
				line := Account{Obligation: o.ID, Source: o.Source, Period: b.Month, Unit: HalfHours, Amount: b.Billed.Hours() * 2}
				out = append(out, line)
				line.Unit, line.Amount = TimeEntries, float64(b.Entries)
				out = append(out, line)
			}
		}
	}
	for _, h := range s.Handled {
		least, most := float64(h.Obligation.Rules[0].Sum.Mean.From), float64(h.Obligation.Rules[0].Sum.Mean.To)
		out = append(out, Account{
			Obligation: h.Obligation.ID, Source: h.Obligation.Source, Unit: WorkingDays, Amount: h.Days, Of: h.Requests,
			AtLeast: &least, Limit: &most,
		})
	}
	if spent := s.Spending; spent != nil {
		limit, share := float64(spent.Cap())/100, 100*float64(spent.Spent)/float64(spent.Sum)
		most := float64(spent.Obligation.Rules[0].Sum.Percent)
		out = append(out, Account{
			Obligation: spent.Obligation.ID, Source: spent.Obligation.Source, Period: spent.Period, Unit: Currency,
			Currency: spent.Currency, Amount: float64(spent.Spent) / 100, Of: spent.Requests,
			Limit: &limit, Share: &share, ShareLimit: &most,
		})
	}
	return append(out, s.counts(c)...)
}

// counts returns how often due dates were moved, by obligations, with the requests whose dates they are; then how many
// severities were lowered.
func (s *Survey) counts(c *enforcer.Contract) []Account {
	var out []Account
	lowered, requests := 0, map[string]bool{}
	for _, x := range s.Exceptions {
		switch x.Kind {
		case Lowered:
			lowered++
		case DueMoved:
			i := slices.IndexFunc(out, func(a Account) bool { return a.Obligation == x.Obligation })
			if i < 0 {
				i, out = len(out), append(out, Account{
					Obligation: x.Obligation, Source: c.Obligation(x.Obligation).Source, Unit: DateMoves,
				})
			}
			out[i].Amount++
			if of := x.Obligation + "/" + x.Issue; !requests[of] {
				requests[of] = true
				out[i].Of++
			}
		}
	}
	if lowered > 0 {
		out = append(out, Account{Unit: Lowerings, Amount: float64(lowered)})
	}
	return out
}
