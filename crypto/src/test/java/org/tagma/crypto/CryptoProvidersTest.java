package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CryptoProvidersTest {
    static List<CryptoProvider> providers() {
        return CryptoProviders.available();
    }

    @Test
    void bouncyCastleIsAlwaysThere() {
        assertThat(CryptoProviders.byName("bouncycastle").name()).isEqualTo("bouncycastle");
        assertThat(CryptoProviders.available().get(0).name()).isEqualTo("bouncycastle");
    }

    @Test
    void namesGiveTheBestThereIs() {
        assertThat(CryptoProviders.byName("auto")).isSameAs(CryptoProviders.best());
        assertThat(CryptoProviders.byName("corretto")).isSameAs(CryptoProviders.best());
        assertThat(CryptoProviders.available()).contains(CryptoProviders.best());
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CryptoProviders.byName("rot13"))
                .withMessageContaining("auto, bouncycastle or corretto");
    }

    @Test
    void withoutTheCorrettoLibraryItIsBouncyCastle() throws Exception {
        try (URLClassLoader withoutCorretto = classLoaderWithoutCorretto()) {
            Class<?> providers = withoutCorretto.loadClass(CryptoProviders.class.getName());
            Object best = providers.getMethod("best").invoke(null);
            assertThat(best.getClass().getName()).isEqualTo(BouncyCastleProvider.class.getName());
            assertThat((List<?>) providers.getMethod("available").invoke(null)).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void oneKeyServesManyThreads(CryptoProvider provider) throws Exception {
        SigningKey key = provider.newKeyPair(new byte[32]);
        VerificationKey publicKey = provider.verificationKey(key.publicKey());
        Callable<Boolean> work = () -> IntStream.range(0, 200)
                .mapToObj(i -> ByteString.copyFromUtf8("message " + i).toByteArray())
                .allMatch(message -> publicKey.verify(message, key.sign(message)));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Boolean> result : threads.invokeAll(List.of(work, work, work, work))) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Loads our classes anew, and pretends that the Corretto provider is not on the class path. */
    private static URLClassLoader classLoaderWithoutCorretto() {
        URL ourClasses =
                CryptoProviders.class.getProtectionDomain().getCodeSource().getLocation();
        return new URLClassLoader(new URL[] {ourClasses}, CryptoProvidersTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("com.amazon.")) {
                    throw new ClassNotFoundException(name);
                }
                if (name.startsWith("org.tagma.crypto.")) {
                    Class<?> loaded = findLoadedClass(name);
                    return loaded == null ? findClass(name) : loaded;
                }
                return super.loadClass(name, resolve);
            }
        };
    }
}
