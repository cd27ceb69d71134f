package org.tagma.core.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Loads the core, and the tests that drive it, anew: with some classes exchanged. Everything else is its parent's. */
final class MutantClassLoader extends ClassLoader {

    private static final String CORE = "org.tagma.core.";

    private final Map<String, byte[]> exchanged;

    /**
     * A loader for one mutant.
     *
     * @param exchanged class files by binary name
     */
    MutantClassLoader(Map<String, byte[]> exchanged) {
        super(MutantClassLoader.class.getClassLoader());
        this.exchanged = exchanged;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                loaded = name.startsWith(CORE) ? defineAnew(name) : super.loadClass(name, false);
            }
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    private Class<?> defineAnew(String name) throws ClassNotFoundException {
        byte[] bytes = exchanged.get(name);
        if (bytes == null) {
            bytes = original(name);
        }
        // The code source stays null: nothing in the scenarios asks where a class came from.
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] original(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try (InputStream in = getParent().getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
