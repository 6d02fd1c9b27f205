package mapping

import (
	"fmt"
	"strings"
	"time"

	"slabridge/enforcer"
)

// The words that texts are made of beside their templates: moments, durations, zones and roles, in Russian and
// English. Any language but "ru" is English.
const russian = "ru"

// moment writes a moment as a contract names it, with the zone said: "12:40 27.11.2026 (время Алматы, UTC+5)".
// Seconds are told only where exact is set and there are any; otherwise they are cut, so that what is promised
// to a customer is never later than what is owed.
func moment(t time.Time, lang string, exact bool) string {
	if t.IsZero() {
		return ""
	}
	clock := "15:04"
	if exact && t.Second() != 0 {
		clock = "15:04:05"
	}
	if lang == russian {
		return t.Format(clock+" 02.01.2006") + " (" + zoneName(t, lang) + ")"
	}
	return t.Format(clock+" on 2 January 2006") + " (" + zoneName(t, lang) + ")"
}

// zonesRU are the names people use for the zones of this program's contracts and their neighbours.
var zonesRU = map[string]string{
	"Europe/Kaliningrad": "калининградское время",
	"Europe/Moscow":      "московское время",
	"Europe/Samara":      "самарское время",
	"Asia/Yekaterinburg": "екатеринбургское время",
	"Asia/Omsk":          "омское время",
	"Asia/Novosibirsk":   "новосибирское время",
	"Asia/Krasnoyarsk":   "красноярское время",
	"Asia/Irkutsk":       "иркутское время",
	"Asia/Yakutsk":       "якутское время",
	"Asia/Vladivostok":   "владивостокское время",
	"Asia/Magadan":       "магаданское время",
	"Asia/Kamchatka":     "камчатское время",
	"Asia/Almaty":        "время Алматы",
	"Asia/Qyzylorda":     "время Кызылорды",
	"Asia/Qostanay":      "время Костаная",
	"Asia/Aqtobe":        "время Актобе",
	"Asia/Aqtau":         "время Актау",
	"Asia/Atyrau":        "время Атырау",
	"Asia/Oral":          "время Уральска",
	"Europe/Minsk":       "минское время",
	"Asia/Tashkent":      "ташкентское время",
	"Asia/Bishkek":       "бишкекское время",
}

func zoneName(t time.Time, lang string) string {
	zone := t.Location().String()
	_, seconds := t.Zone()
	if zone == "UTC" {
		return zone
	}
	offset := utcOffset(seconds)
	if lang == russian {
		if name := zonesRU[zone]; name != "" {
			return name + ", " + offset
		}
		return "часовой пояс " + strings.ReplaceAll(zone, "_", " ") + ", " + offset
	}
	city := zone[strings.LastIndexByte(zone, '/')+1:]
	return strings.ReplaceAll(city, "_", " ") + " time, " + offset
}

func utcOffset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	s := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if m := seconds % 3600 / 60; m != 0 {
		s += fmt.Sprintf(":%02d", m)
	}
	return s
}

// amount writes a stretch of counting time: "1 час 20 минут рабочего времени". Round the clock it is plain time.
// Whole minutes are told, or seconds when there is less than one.
func amount(d time.Duration, lang string, always bool) string {
	hours, minutes, seconds := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	var parts []string
	add := func(n int, ru [3]string, en string) {
		if n == 0 {
			return
		}
		if lang == russian {
			parts = append(parts, fmt.Sprintf("%d %s", n, plural(n, ru)))
			return
		}
		if n != 1 {
			en += "s"
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, en))
	}
	add(hours, [3]string{"час", "часа", "часов"}, "hour")
	add(minutes, [3]string{"минута", "минуты", "минут"}, "minute")
	if len(parts) == 0 {
		add(seconds, [3]string{"секунда", "секунды", "секунд"}, "second")
	}
	s := strings.Join(parts, " ")
	switch {
	case s == "" || always:
		return s
	case lang == russian:
		return s + " рабочего времени"
	}
	return s + " of working time"
}

// plural picks the Russian form for a number: 1, 2 to 4, 5 and more.
func plural(n int, forms [3]string) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return forms[0]
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return forms[1]
	}
	return forms[2]
}

// comesIn says what it means for the request that a role is called in.
func comesIn(r enforcer.Role, lang string) string {
	words := map[enforcer.Role][2]string{
		enforcer.Support:    {"обращение передаётся ответственному за поддержку", "the request goes to the support lead"},
		enforcer.Developers: {"обращение передаётся разработчикам", "the request goes to the developers"},
		enforcer.Management: {"извещается руководство", "management is notified"},
	}[r]
	if lang == russian {
		return words[0]
	}
	return words[1]
}
