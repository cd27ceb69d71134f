/**
 * Mistakes that tests plant in the production code, to see whether they are noticed: by the core's own tests, and by
 * the simulator. They are kept as snippets of source, compiled in memory and loaded beside the real classes; other
 * modules use this one in their tests only, so that no mistake can be switched on in production.
 */
package org.tagma.mutation;
