/** What calls of a client are made with and end with: options, results, failures, what is known of each. */
package org.tagma.client.call;
