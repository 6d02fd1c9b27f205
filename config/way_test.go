package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certified writes a certificate and its key, and gives the folder.
func certified(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, b := range map[string]*pem.Block{
		"client.pem": {Type: "CERTIFICATE", Bytes: der}, "client.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestWay(t *testing.T) {
	folder := certified(t)
	t.Setenv("SLABRIDGE_TEST_KEY", strings.Repeat("0", 40))
	t.Setenv("SLABRIDGE_TEST_PROXY", planted)
	load := func(way string) (*Config, Faults) {
		t.Helper()
		base, err := os.ReadFile("testdata/base.yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(base), `"${SLABRIDGE_TEST_KEY}"}`, `"${SLABRIDGE_TEST_KEY}"}, `+way, 1)
		path := filepath.Join(folder, "slabridge.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return Load(path, testSource().kinds)
	}
	cfg, faults := load(`ca: client.pem, client_certificate: {cert: client.pem, key: client.key},
    proxy: {url: "http://proxy.example.org:3128/", user: bot, password: "${SLABRIDGE_TEST_PROXY}"}`)
	if err := faults.Err(Warning); err != nil {
		t.Fatal(err)
	}
	w := cfg.Connections[0].Way
	if w.CA == nil || !strings.Contains(w.Cert.Reveal(), "CERTIFICATE") || !strings.Contains(w.Key.Reveal(), "PRIVATE") ||
		w.Proxy.String() != "http://proxy.example.org:3128" || w.ProxyUser != "bot" || w.ProxyPassword.Reveal() != planted {
		t.Errorf("%+v", w)
	}
	if cfg, faults := load(`concurrency: 4`); faults.Err(Warning) != nil || cfg.Connections[0].Way.Proxy != nil ||
		cfg.Connections[0].Way.CA != nil || cfg.Connections[0].Way.Cert.Reveal() != "" {
		t.Errorf("where nothing is said: %+v, %v", cfg.Connections[0].Way, faults)
	}
	if _, faults := load(`client_certificate: {cert: client.key, key: client.pem}`); !strings.Contains(faults.Error(),
		"is no certificate with its key") {
		t.Errorf("one in the other's place: %v", faults)
	}
	if _, faults := load(`ca: slabridge.yaml`); !strings.Contains(faults.Error(), "holds no certificate in PEM") {
		t.Errorf("authorities without a certificate: %v", faults)
	}
	if err := os.Chmod(filepath.Join(folder, "client.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, faults := load(`client_certificate: {cert: client.pem, key: client.key}`); !strings.Contains(faults.Error(),
		"everyone on this machine may read it (mode 0644)") {
		t.Errorf("a key that all may read: %v", faults)
	}
}
