package org.tagma.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.function.Predicate;

/** Loads some classes anew, a few of them exchanged for a mutant's. Everything else is its parent's. Thread-safe. */
public final class MutantClassLoader extends ClassLoader {

    private final Map<String, byte[]> exchanged;
    private final Predicate<String> anew;

    /**
     * A loader for one mutant.
     *
     * @param exchanged class files by binary name
     * @param anew which classes, by binary name, are not to be the parent's
     */
    public MutantClassLoader(ClassLoader parent, Map<String, byte[]> exchanged, Predicate<String> anew) {
        super(parent);
        this.exchanged = Map.copyOf(exchanged);
        this.anew = anew;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                loaded = exchanged.containsKey(name) || anew.test(name)
                        ? defineAnew(name)
                        : super.loadClass(name, false);
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
        // The code source stays null: nothing that runs here asks where a class came from.
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
