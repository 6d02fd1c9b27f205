package calendar

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/rs"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
)

// countries are those whose nation-wide public holidays rickar/cal defines by
// rule. Russia is not among them on purpose: its package there lacks the moved
// days and most of the January holidays, see TestRussiaOfRickarCal.
var countries = map[string][]*cal.Holiday{
	"AT": at.Holidays, "BE": be.Holidays, "BG": bg.Holidays, "CZ": cz.Holidays,
	"DE": de.Holidays, "DK": dk.Holidays, "EE": ee.Holidays, "ES": es.Holidays,
	"FI": fi.Holidays, "FR": fr.Holidays, "GB": gb.Holidays, "GR": gr.Holidays,
	"HU": hu.Holidays, "IE": ie.Holidays, "IT": it.Holidays, "LT": lt.Holidays,
	"LV": lv.Holidays, "NL": nl.Holidays, "NO": no.Holidays, "PL": pl.Holidays,
	"PT": pt.Holidays, "RO": ro.Holidays, "RS": rs.Holidays, "SE": se.Holidays,
	"SI": si.Holidays, "SK": sk.Holidays, "US": us.Holidays,
}

// countryEdition names the definitions that CountryDays works from: the version of rickar/cal that last changed a
// country's days of the years we define. Another edition is new calendar data to every contract of that country, so a
// new version of the library is none where the days are the same; TestCountryEditions holds the two together.
const countryEdition = "rickar/cal 2.1.27"

var laterEditions = map[string]string{
	"IT": "rickar/cal 2.1.30", // Saint Francis's day, from 2026
}

// Countries lists the countries that CountryDays knows, as two letters.
func Countries() []string { return slices.Sorted(maps.Keys(countries)) }

// CountryDays works out the public holidays of a country in the years from
// first to last by the definitions of rickar/cal. They are rules and not an
// official working calendar: regional holidays, moved working days and short
// days are not in them, and a government may decide otherwise. Therefore every
// year is provisional.
func CountryDays(country string, first, last int) (Days, error) {
	country = strings.ToUpper(country)
	holidays, ok := countries[country]
	if !ok {
		return Days{}, message.Errorf(
			"no holiday definitions for country %q; there are %s",
			country,
			strings.Join(Countries(),
				", "),
		)
	}
	d := Days{
		Country: country,
		Source:  message.Text("holiday definitions of rickar/cal, not an official working calendar"),
		Version: cmp.Or(laterEditions[country], countryEdition),
		Years:   make(map[int]Year, last-first+1),
		ByRule:  make(map[int]bool, last-first+1),
	}
	definitions := &cal.Calendar{Holidays: holidays} // no Locations: they are compared as pointers
	for y := first; y <= last; y++ {
		d.Years[y], d.ByRule[y] = definedYear(definitions, y), true
	}
	return d, nil
}

func definedYear(definitions *cal.Calendar, y int) Year {
	year := Year{Status: Provisional}
	end := time.Date(y+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC); t.Before(end); t = t.AddDate(0, 0, 1) {
		if _, observed, h := definitions.IsHoliday(t); observed {
			year.Days = append(year.Days, Day{Date: DateOf(t), Kind: Off, Name: Name{EN: h.Name}})
		}
	}
	return year
}
