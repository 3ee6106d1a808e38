package io.igw.extproc.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a server proves itself with.
 *
 * @param key the private key
 * @param chain its certificate first
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {}
