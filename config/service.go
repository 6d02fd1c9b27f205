package config

import (
	"cmp"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// setting is one value of the service that the environment may override.
type setting struct {
	key   string                            // in the file, and upper-case with SLABRIDGE_ in front in the environment
	value string                            // what the file says, "" for nothing
	usual string                            // the default
	take  func(value string) (fault string) // puts the value into the configuration, or says what is wrong with it
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
		{"state", d.State, "slabridge.db", func(s string) string { c.State = s; return "" }},
		{"language", d.Language, "ru", takeWord(&c.Language, "languages")},
		{"listen", d.Listen, "127.0.0.1:8427", takeAddress(&c.Listen)},
		{"log.level", d.Log.Level, "info", takeWord(&c.Log.Level, "levels")},
		{"log.format", d.Log.Format, "text", takeWord(&c.Log.Format, "formats")},
		{"limits.writes_per_pass", writes, "20", takeCount(&c.Limits.WritesPerPass)},
		{"limits.clock_skew", span(d.Limits.ClockSkew), "2m", takeLength(&c.Limits.ClockSkew)},
		{"limits.late_after", span(d.Limits.LateAfter), "10m", takeLength(&c.Limits.LateAfter)},
	}
}

func takeWord(to *string, list string) func(string) string {
	return func(value string) string {
		*to = value
		if !slices.Contains(vocabulary[list], value) {
			return "is not known here; accepted: " + commas(vocabulary[list])
		}
		return ""
	}
}

// takeAddress reads host:port. What is served has no password of its own, so that only this machine may ask.
func takeAddress(to *string) func(string) string {
	return func(value string) string {
		if value == "off" {
			return ""
		}
		*to = value
		host, port, err := net.SplitHostPort(value)
		n, numErr := strconv.Atoi(port)
		if err != nil || host == "" || numErr != nil || n < 0 || n > 65535 {
			return "is not an address; write 127.0.0.1:8427 or off"
		}
		if !loopback(host) {
			return "can be reached from other machines, and health and metrics have no password; write 127.0.0.1:8427, " +
				"and let a web server on this machine ask for one"
		}
		return ""
	}
}

func takeCount(to *int) func(string) string {
	return func(value string) string {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return "is not a number of writes; write 1 or more"
		}
		*to = n
		return ""
	}
}

func takeLength(to *time.Duration) func(string) string {
	return func(value string) string {
		d, err := parseLength(value)
		if err != nil {
			return err.Error()
		}
		*to = d
		return ""
	}
}

// readService reads the settings of the service: environment before file before default. Viper merges texts under names
// of ours only; each value is then held to its own form, and a fault is told where the value came from.
func readService(src *source, doc *document, folder string, c *Config) {
	v := viper.New()
	for _, s := range settings(doc, c) {
		v.SetDefault(s.key, cmp.Or(s.value, s.usual))
		if err := v.BindEnv(s.key, s.variable()); err != nil {
			panic(err) // only for a call without a key
		}
		value := v.GetString(s.key)
		switch reason := s.take(value); {
		case reason == "":
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
