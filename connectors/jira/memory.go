package jira

import (
	"maps"
	"sync"
)

// memory is what a site has told, by id. The zero value is empty; it is safe for concurrent use.
type memory[V any] struct {
	mu   sync.Mutex
	byID map[string]V
}

func (m *memory[V]) get(id string) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.byID[id]
	return v, ok
}

func (m *memory[V]) put(id string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID == nil {
		m.byID = map[string]V{}
	}
	m.byID[id] = v
}

func (m *memory[V]) all() map[string]V {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.byID)
}
