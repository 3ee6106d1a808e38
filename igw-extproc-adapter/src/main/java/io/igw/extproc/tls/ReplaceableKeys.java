package io.igw.extproc.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The key of a server, whose successor serves the handshakes that come later. A handshake that is
 * under way finds the one it began with.
 *
 * <p><b>Threading.</b> {@link #replace} from one thread; the rest from any.
 */
final class ReplaceableKeys extends X509ExtendedKeyManager {
  private volatile Generation current;

  /** An identity under its name, and the one before. */
  private record Generation(long number, Identity identity, @Nullable Generation before) {
    String alias() {
      return Long.toString(number);
    }
  }

  ReplaceableKeys(Identity first) {
    this.current = new Generation(0, first, null);
  }

  void replace(Identity next) {
    Generation last = current;
    Generation alone = new Generation(last.number(), last.identity(), null);
    current = new Generation(last.number() + 1, next, alone);
  }

  private @Nullable Identity of(String alias) {
    for (Generation one = current; one != null; one = one.before()) {
      if (one.alias().equals(alias)) {
        return one.identity();
      }
    }
    return null;
  }

  private @Nullable String alias(String keyType) {
    Generation now = current;
    return now.identity().key().getAlgorithm().equals(keyType) ? now.alias() : null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Identity identity = of(alias);
    return identity == null ? null : identity.chain().toArray(new X509Certificate[0]);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Identity identity = of(alias);
    return identity == null ? null : identity.key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
    return null;
  }
}
