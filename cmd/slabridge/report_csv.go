package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"slabridge/enforcer/report"
)

// csvColumns are the columns of `report -o csv`.
var csvColumns = []string{
	"contract", "obligation", "clause", "issue", "subject", "severity", "cycle", "ordinal", "state", "started", "due",
	"ended", "late_s", "elapsed_s", "ended_by", "ended_by_role", "ended_why", "moves", "version", "calendar",
	"provisional", "earlier_records", "carried_out", "excused_by", "excused_at", "excused_reason",
}

// writeCSV writes one row for each cycle, by RFC 4180.
func writeCSV(w io.Writer, r report.Report) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for _, o := range r.Obligations {
		for _, c := range o.Cycles {
			row := csvRow(r.Contract, o.ID, c)
			for i := range row {
				row[i] = harmless(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// csvRow gives the values of csvColumns; of several waivers the last one counts.
func csvRow(contract, obligation string, c report.Cycle) []string {
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	var by, excusedAt, reason string
	if n := len(c.Excused); n > 0 {
		x := c.Excused[n-1]
		by, excusedAt, reason = x.By, at(&x.At), x.Reason
	}
	return []string{
		contract, obligation, c.Source, c.Issue, c.Subject, c.Severity, c.ID, strconv.Itoa(c.Ordinal), string(c.State),
		at(c.Started), at(c.Due), at(c.Ended), fmt.Sprint(c.LateSeconds), fmt.Sprint(c.ElapsedSeconds), c.EndedBy,
		string(c.EndedByRole), c.EndedWhy, strconv.Itoa(c.Moves), c.Version, c.Calendar, strconv.FormatBool(c.Provisional),
		strconv.Itoa(c.EarlierRecords), at(c.CarriedOut), by, excusedAt, reason,
	}
}

// harmless keeps a spreadsheet from taking a cell for a formula: text of a tracker is data.
// https://owasp.org/www-community/attacks/CSV_Injection
func harmless(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if cell != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", first) { // wide forms count as the others in some
		return "'" + cell
	}
	return cell
}
