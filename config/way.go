package config

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/url"
	"slices"

	"slabridge/config/message"
)

// Way is how a tracker is reached. The zero value: as the system and the environment say.
type Way struct {
	CA            *x509.CertPool // the authorities that are trusted; nil: the system's
	Cert, Key     Secret         // of the client, PEM; empty for none
	Proxy         *url.URL       // without name and password; nil: what the environment says
	ProxyUser     string
	ProxyPassword Secret
}

// way reads what a connection says of the way to its tracker. Faults never name a file, see Secret.
func (r connectionReader) way(path string, doc *connectionDoc) (w Way) {
	if doc.CA != "" {
		w.CA = r.authorities(path+".ca", doc.CA)
	}
	if at := path + ".client_certificate"; doc.ClientCertificate != nil && !r.hasFault(at) {
		w.Cert, w.Key = r.certificate(at, doc.ClientCertificate)
	}
	if at := path + ".proxy"; doc.Proxy != nil && !r.hasFault(at) {
		r.proxy(at, doc.Proxy, &w)
	}
	return w
}

// authorities are the system's and those of the file.
func (r connectionReader) authorities(path, name string) *x509.CertPool {
	data, err := readBounded(beside(r.folder, name))
	if err != nil {
		r.add(NoSecret, path, "", message.Of("the file with the authorities' certificates cannot be read: %v", err))
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		r.fault(path, "", "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")
		return nil
	}
	return pool
}

// certificate returns the client's certificate and key after a check that they belong together.
func (r connectionReader) certificate(path string, doc *certificateDoc) (cert, key Secret) {
	certPEM, err := readBounded(beside(r.folder, doc.Cert))
	if err != nil {
		r.add(NoSecret, path+".cert", "", message.Of("the certificate's file cannot be read: %v", err))
		return cert, key
	}
	keyPEM, err := readSecretFile(r.source, path+".key", r.folder, doc.Key)
	if err != nil {
		r.add(NoSecret, path+".key", "", message.Of("the key's file cannot be read: %v", err))
		return cert, key
	}
	if _, err := tls.X509KeyPair(certPEM, []byte(keyPEM)); err != nil {
		r.fault(path, "", "is no certificate with its key, both in PEM, the key without a passphrase")
		return cert, key
	}
	return NewSecret(string(certPEM)), NewSecret(keyPEM)
}

// proxy shows the address only once it is known to hold no credentials.
func (r connectionReader) proxy(path string, doc *proxyDoc, w *Way) {
	u, err := url.Parse(doc.URL)
	switch {
	case err != nil || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) || u.Host == "":
		r.fault(path+".url", "", "is not a proxy's address; write http://proxy.example.org:3128, or https or socks5")
		return
	case u.User != nil:
		r.fault(path+".url", "", "holds a name or password; addresses end up in logs, write user and password beside it")
		return
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		r.fault(path+".url", "", "has more than scheme, host and port")
		return
	case (doc.User == "") != (doc.Password == nil):
		r.fault(path, "", "has only one of user and password; write both, or neither")
		return
	}
	w.Proxy, w.ProxyUser = &url.URL{Scheme: u.Scheme, Host: u.Host}, doc.User
	w.ProxyPassword = doc.Password.resolve(r.source, path+".password", r.folder)
}

// readBounded reads a file that is no secret, and no larger than one that is.
func readBounded(name string) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBundle))
	return data, withoutPath(err)
}

// maxBundle is more than the certificates of all authorities take.
const maxBundle = 4 << 20
