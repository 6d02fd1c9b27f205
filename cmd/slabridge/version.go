package main

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer/calendar"
)

// version is set by the build.
var version = unreleased

// unreleased is the version of a build that nobody has given one.
const unreleased = "development"

func versionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which program, contracts and calendar data this is",
		RunE: func(*cobra.Command, []string) error {
			info, err := versionInfoOf()
			if err != nil {
				return err
			}
			return a.show(info)
		},
	}
}

// versionInfo is what `version -o json` gives.
type versionInfo struct {
	Version   string            `json:"version"`
	Go        string            `json:"go"`
	Zones     string            `json:"zones"`
	Contracts map[string]string `json:"contracts"`
	Calendars []calendarInfo    `json:"calendars"`
}

type calendarInfo struct {
	Country string `json:"country"`
	Version string `json:"version"`
	Source  string `json:"source"`
	Years   string `json:"years"`
}

// buildVersion is what the build says, or else the module's version.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if ok && version == unreleased && info.Main.Version != "(devel)" && info.Main.Version != "" {
		return info.Main.Version
	}
	return version
}

func versionInfoOf() (versionInfo, error) {
	v := versionInfo{
		Version: buildVersion(), Go: runtime.Version(), Contracts: map[string]string{},
		Zones: calendar.ZoneRelease(),
	}
	for _, c := range config.Presets() {
		v.Contracts[c.Preset] = c.Version
	}
	for _, country := range config.OfficialCountries() {
		days, err := config.BuiltinDays(country)
		if err != nil {
			return v, err
		}
		v.Calendars = append(v.Calendars, calendarInfo{country, days.Version, days.Source, yearsOf(days).String()})
	}
	return v, nil
}

func (v versionInfo) text(p *page) {
	version := v.Version
	if version == unreleased {
		version = p.t("development")
	}
	p.line("", "slabridge "+version+", "+v.Go)
	var ids []string
	for _, id := range config.PresetIDs() {
		ids = append(ids, id+" "+v.Contracts[id])
	}
	p.line(p.tf("%-10s ", phrase("contracts")), strings.Join(ids, ", "))
	for _, c := range v.Calendars {
		p.line(p.tf("%-10s ", phrase("calendar")), p.tf("%s %s of %s", c.Country, c.Years, p.dataOf(c.Version)))
	}
	p.line(p.tf("%-10s ", phrase("zones")), v.Zones)
}
