package redmine

import (
	"context"
	"errors"
	"time"

	"slabridge/connectors"
)

// Booked implements connectors.Tracker.
func (t *Tracker) Booked(context.Context, time.Time, func([]connectors.Booking) error) error {
	return errors.New("not built yet")
}

// Create implements connectors.Tracker.
func (t *Tracker) Create(context.Context, connectors.NewIssue) (string, error) {
	return "", errors.New("not built yet")
}

// FindCreated implements connectors.Tracker.
func (t *Tracker) FindCreated(context.Context, string, string, time.Time) (string, bool, error) {
	return "", false, errors.New("not built yet")
}
