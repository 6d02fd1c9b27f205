package config

import (
	"cmp"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"

	"github.com/spf13/viper"
)

// setting is one value of the service that the environment may override.
type setting struct {
	key   string                             // in the file, and upper-case with SLABRIDGE_ in front in the environment
	value string                             // what the file says, "" for nothing
	usual string                             // the default
	take  func(value string) message.Message // puts the value into the configuration, or says what is wrong with it
}

// variable is the setting's name in the environment: limits.clock_skew is SLABRIDGE_LIMITS_CLOCK_SKEW.
func (s setting) variable() string {
	return "SLABRIDGE_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

func settings(d *document, c *Config) []setting {
	writes := ""
	if d.Limits.WritesPerPass != nil {
		writes = strconv.Itoa(*d.Limits.WritesPerPass)
	}
	span := func(d *time.Duration) string {
		if d == nil || *d == 0 {
			return ""
		}
		return d.String()
	}
	return []setting{
		{"state", d.State, "slabridge.db", func(s string) message.Message { c.State = s; return none }},
		{"language", d.Language, "ru", takeWord(&c.Language, "languages")},
		{"listen", d.Listen, "127.0.0.1:8427", takeAddress(&c.Listen)},
		{"log.level", d.Log.Level, "info", takeWord(&c.Log.Level, "levels")},
		{"log.format", d.Log.Format, "text", takeWord(&c.Log.Format, "formats")},
		{"limits.writes_per_pass", writes, "20", takeCount(&c.Limits.WritesPerPass)},
		{"limits.clock_skew", span(d.Limits.ClockSkew), "2m", takeLength(&c.Limits.ClockSkew)},
		{"limits.late_after", span(d.Limits.LateAfter), "10m", takeLength(&c.Limits.LateAfter)},
	}
}

// none is said where nothing is wrong.
var none message.Message

func takeWord(to *string, list string) func(string) message.Message {
	return func(value string) message.Message {
		*to = value
		if !slices.Contains(vocabulary[list], value) {
			return message.Of("is not known here; accepted: %s", commas(vocabulary[list]))
		}
		return none
	}
}

// takeAddress reads host:port. Whether others than this machine may ask there is for `web` to say.
func takeAddress(to *string) func(string) message.Message {
	return func(value string) message.Message {
		if value == "off" {
			return none
		}
		*to = value
		host, port, err := net.SplitHostPort(value)
		n, numErr := strconv.Atoi(port)
		if err != nil || host == "" || numErr != nil || n < 0 || n > 65535 {
			return message.Of("is not an address; write 127.0.0.1:8427 or off")
		}
		return none
	}
}

func takeCount(to *int) func(string) message.Message {
	return func(value string) message.Message {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return message.Of("is not a number of writes; write 1 or more")
		}
		*to = n
		return none
	}
}

func takeLength(to *time.Duration) func(string) message.Message {
	return func(value string) message.Message {
		d, err := parseLength(value)
		if err != nil {
			return message.Of("%s", err)
		}
		*to = d
		return none
	}
}

// readService reads the settings of the service: from the environment, else from the file, else the default. Viper
// merges them as texts; each is then parsed, and a fault names the place that the value came from.
func readService(src *source, doc *document, folder string, c *Config) {
	v := viper.New()
	for _, s := range settings(doc, c) {
		v.SetDefault(s.key, cmp.Or(s.value, s.usual))
		if err := v.BindEnv(s.key, s.variable()); err != nil {
			panic(err) // only for a call without a key
		}
		value := v.GetString(s.key)
		switch reason := s.take(value); {
		case reason.IsZero():
		case os.Getenv(s.variable()) != "":
			src.include(Faults{{Level: Error, File: "environment", Path: s.variable(), Value: value, Reason: reason}})
		case !src.hasFault(s.key):
			src.fault(s.key, value, "%s", reason)
		}
	}
	if os.Getenv("SLABRIDGE_STATE") == "" {
		c.State = beside(folder, c.State)
	}
}
