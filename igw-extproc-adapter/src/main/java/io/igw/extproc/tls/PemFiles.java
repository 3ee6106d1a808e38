package io.igw.extproc.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** {@code tls.crt} and {@code tls.key} of a directory, as Kubernetes mounts a TLS secret. */
final class PemFiles {
  private static final String CERTIFICATE = "tls.crt";
  private static final String KEY = "tls.key";
  private static final String CERTIFICATES = "certificates in PEM form";

  private final Path directory;

  PemFiles(Path directory) {
    this.directory = directory;
  }

  /** The text of both files: what tells a change. */
  String text() throws TlsException {
    return read(CERTIFICATE) + read(KEY);
  }

  Identity load() throws TlsException {
    List<X509Certificate> chain = certificates(directory.resolve(CERTIFICATE), read(CERTIFICATE));
    PrivateKey key = key();
    if (!belongs(key, chain.get(0))) {
      throw new TlsException(
          directory.resolve(KEY) + ": another key (expected: the key of " + CERTIFICATE + ")");
    }
    return new Identity(key, chain);
  }

  private String read(String name) throws TlsException {
    Path file = directory.resolve(name);
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new TlsException(
          file
              + ": not readable (expected: a directory with "
              + CERTIFICATE
              + " and "
              + KEY
              + " in PEM form)",
          e);
    }
  }

  /** The certificates of a file of its own. */
  static List<X509Certificate> authorities(Path file) throws TlsException {
    try {
      return certificates(file, Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new TlsException(file + ": not readable (expected: " + CERTIFICATES + ")", e);
    }
  }

  private static List<X509Certificate> certificates(Path file, String text) throws TlsException {
    List<X509Certificate> chain = new ArrayList<>();
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        if (next instanceof X509CertificateHolder holder) {
          chain.add(new JcaX509CertificateConverter().getCertificate(holder));
        }
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw broken(file, CERTIFICATES, e);
    }
    if (chain.isEmpty()) {
      throw broken(file, CERTIFICATES, null);
    }
    return chain;
  }

  private PrivateKey key() throws TlsException {
    JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
    try (PEMParser parser = new PEMParser(new StringReader(read(KEY)))) {
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        if (next instanceof PrivateKeyInfo info) {
          return converter.getPrivateKey(info);
        }
        if (next instanceof PEMKeyPair pair) {
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
      }
    } catch (IOException | RuntimeException e) {
      throw broken(directory.resolve(KEY), "an unencrypted private key in PEM form", e);
    }
    throw broken(directory.resolve(KEY), "an unencrypted private key in PEM form", null);
  }

  private static TlsException broken(
      Path file, String expected, @org.jspecify.annotations.Nullable Exception cause) {
    String message = file + ": broken (expected: " + expected + ")";
    return cause == null ? new TlsException(message) : new TlsException(message, cause);
  }

  private static boolean belongs(PrivateKey key, X509Certificate certificate) throws TlsException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "";
        };
    if (algorithm.isEmpty()) {
      return true;
    }
    if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    try {
      byte[] probe = "igw".getBytes(StandardCharsets.US_ASCII);
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(probe);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      throw new TlsException(KEY + ": " + e.getMessage(), e);
    }
  }
}
